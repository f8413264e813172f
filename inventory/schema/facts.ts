import { type Static, type TSchema, Type } from "typebox";

const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const text = (description: string) => orNull(Type.String({ description }));
const count = (description: string) => orNull(Type.Integer({ minimum: 0, description }));
const flag = (description: string) => orNull(Type.Boolean({ description }));

/** Why a field could not be read: `field` is a path such as `disks/0/serial`, or empty for the whole fact. */
export const UnknownField = Type.Object({ field: Type.String(), reason: Type.String() });
export type UnknownField = Static<typeof UnknownField>;

/**
 * What one fact's parser made of what a server printed. `value` is null when nothing could be known. A null inside the
 * value is "not known" and has its reason in `unknown`; a field is never guessed.
 */
export interface FactReading<T> {
  readonly value: T | null;
  readonly unknown: readonly UnknownField[];
}

const reading = <T extends TSchema>(value: T) =>
  Type.Object({ value: orNull(value), unknown: Type.Array(UnknownField) });

export const Identity = Type.Object({
  hostname: text("Short host name as the kernel reports it"),
  fqdn: text("Fully qualified name, if the resolver gives one"),
  machineId: text("/etc/machine-id"),
  bootId: text("/proc/sys/kernel/random/boot_id"),
  vendor: text("System vendor from DMI"),
  model: text("Product name from DMI"),
  serial: text("System serial from DMI; placeholders such as 'To be filled by O.E.M.' are unknown"),
  uuid: text("System UUID from DMI, lower case"),
  assetTag: text("Chassis asset tag from DMI"),
  chassis: text("Chassis type in words: rack mount, blade, desktop, virtual, container"),
});
export const Firmware = Type.Object({
  vendor: text("BIOS vendor"),
  version: text("BIOS version"),
  date: text("BIOS release date as printed"),
  boot: orNull(Type.Union([Type.Literal("uefi"), Type.Literal("bios")])),
  secureBoot: flag("Whether secure boot is on"),
});
export const OperatingSystem = Type.Object({
  id: text("ID of os-release: debian, rhel, rocky, ubuntu"),
  versionId: text("VERSION_ID of os-release"),
  codename: text("VERSION_CODENAME of os-release"),
  name: text("PRETTY_NAME of os-release"),
  family: orNull(Type.Union([Type.Literal("debian"), Type.Literal("rhel"), Type.Literal("other")])),
  kernel: text("uname -r"),
  architecture: text("uname -m"),
  libc: text("glibc 2.41, musl 1.2.5"),
  packageManager: orNull(
    Type.Union([
      Type.Literal("apt"),
      Type.Literal("dnf"),
      Type.Literal("yum"),
      Type.Literal("zypper"),
      Type.Literal("apk"),
    ]),
  ),
  initSystem: text("Name of PID 1"),
  virtualisation: text("none, or the kind: kvm, vmware, systemd-nspawn, docker …"),
  python: text("Version of python3, if there is one"),
  uptimeSeconds: orNull(Type.Number({ minimum: 0 })),
});
export const Processor = Type.Object({
  model: text("Model name"),
  vendor: text("Vendor id"),
  sockets: count("Physical packages"),
  cores: count("Physical cores in all packages"),
  threads: count("Logical processors online"),
  numaNodes: Type.Array(
    Type.Object({
      id: Type.Integer(),
      threads: Type.String({ description: "CPU list as in 0-15,32-47" }),
      memoryBytes: count("Memory of this node"),
    }),
  ),
  flags: Type.Array(Type.String()),
  maxMegahertz: orNull(Type.Number({ minimum: 0 })),
});
export const Memory = Type.Object({
  totalBytes: count("MemTotal"),
  availableBytes: count("MemAvailable"),
  swapBytes: count("SwapTotal"),
  limitBytes: count("Limit of the enclosing cgroup, when one is below the total"),
  ecc: flag("Whether error correction is on"),
  dimms: Type.Array(
    Type.Object({
      slot: Type.String(),
      bytes: count("Size; null when the slot is empty"),
      type: text("DDR4, DDR5"),
      megatransfers: count("Speed in MT/s"),
      manufacturer: text(""),
      part: text(""),
      serial: text(""),
    }),
  ),
});
export const Signature = Type.Object({
  type: Type.String({
    description: "ext4, LVM2_member, zfs_member, linux_raid_member, ceph_bluestore, gpt, dos, crypto_LUKS …",
  }),
  where: Type.String({ description: "Device that carries it: the disk itself or a partition of it" }),
  label: text("Label, if any"),
  uuid: text("UUID, if any"),
});
export const Disk = Type.Object({
  name: Type.String({ description: "Kernel name without /dev/: sda, nvme0n1" }),
  path: Type.String({ description: "/dev/sda" }),
  byId: Type.Array(Type.String({ description: "Links under /dev/disk/by-id that name it, full paths" })),
  model: text("Model"),
  serial: text("Serial: what plans and wipe permissions name it by"),
  wwn: text("World wide name"),
  sizeBytes: count("Size"),
  logicalBlockBytes: count("Logical block"),
  physicalBlockBytes: count("Physical block"),
  rotational: flag("true for spinning disks"),
  transport: text("sata, sas, nvme, virtio, usb, loop"),
  removable: flag("Removable medium"),
  readOnly: flag("Read only"),
  partitionTable: text("gpt, dos, or null when there is none"),
  partitions: Type.Array(
    Type.Object({ name: Type.String(), sizeBytes: count(""), mountpoints: Type.Array(Type.String()) }),
  ),
  signatures: Type.Array(Signature),
  mountpoints: Type.Array(Type.String({ description: "Where it or anything on it is mounted" })),
  holders: Type.Array(Type.String({ description: "Devices built on it: dm-0, md127" })),
  inUse: flag("Mounted, held, used as swap or opened exclusively"),
  empty: flag("Known to carry no signature, partition, mount or holder; null when that could not be established"),
  smart: Type.Object({
    verdict: Type.Union([Type.Literal("passed"), Type.Literal("failed"), Type.Literal("unknown")]),
    reason: text("Why unknown, or what failed"),
    hours: count("Power-on hours"),
    temperatureCelsius: orNull(Type.Number()),
  }),
});
export const StorageControllers = Type.Object({
  controllers: Type.Array(
    Type.Object({
      address: Type.String({ description: "PCI address" }),
      kind: Type.Union([
        Type.Literal("raid"),
        Type.Literal("hba"),
        Type.Literal("sata"),
        Type.Literal("nvme"),
        Type.Literal("other"),
      ]),
      vendor: text(""),
      device: text(""),
      driver: text(""),
    }),
  ),
  softwareRaid: Type.Array(
    Type.Object({ name: Type.String(), level: text(""), members: Type.Array(Type.String()), state: text("") }),
  ),
});
export const NetworkInterface = Type.Object({
  name: Type.String(),
  mac: text("Permanent or current MAC, lower case"),
  driver: text("Kernel driver"),
  speedMegabits: count("Negotiated speed"),
  duplex: text("full, half"),
  link: flag("Carrier present"),
  mtu: count("MTU in bytes"),
  kind: Type.Union([
    Type.Literal("physical"),
    Type.Literal("bond"),
    Type.Literal("bridge"),
    Type.Literal("vlan"),
    Type.Literal("veth"),
    Type.Literal("loopback"),
    Type.Literal("other"),
  ]),
  addresses: Type.Array(Type.String({ description: "CIDR, as in 10.0.0.5/24" })),
  pciAddress: text("PCI address of the device"),
  neighbour: orNull(Type.Object({ system: text(""), port: text(""), description: text("") })),
});
export const Network = Type.Object({
  interfaces: Type.Array(NetworkInterface),
  defaultGateway: text("Address of the default IPv4 gateway"),
  defaultInterface: text("Interface of the default IPv4 route"),
});
export const Gpu = Type.Object({
  pciAddress: Type.String(),
  pciId: Type.String({ description: "vendor:device, hexadecimal" }),
  vendor: Type.Union([Type.Literal("nvidia"), Type.Literal("amd"), Type.Literal("intel"), Type.Literal("other")]),
  model: text("Name"),
  memoryBytes: count("Memory"),
  driver: text("Kernel driver in use"),
  driverVersion: text("Version the vendor's tool reports"),
  uuid: text("Vendor UUID"),
  mig: text("enabled, disabled"),
});
export const Graphics = Type.Object({ gpus: Type.Array(Gpu) });
export const Bmc = Type.Object({
  present: flag("A management controller answers"),
  type: text("ipmi, redfish host interface"),
  address: text("LAN address"),
  mac: text(""),
  firmware: text(""),
});
export const Time = Type.Object({
  epochMilliseconds: orNull(Type.Number({ description: "The server's wall clock when it was read" })),
  offsetMilliseconds: orNull(
    Type.Number({ description: "Server clock minus the prober's clock, corrected by half the round trip" }),
  ),
  synchronised: flag("What the kernel or time daemon says"),
  source: text("chrony, systemd-timesyncd, ntpd, none"),
  server: text("The peer it follows"),
  timezone: text("IANA name"),
});
export const Dns = Type.Object({
  servers: Type.Array(Type.String()),
  search: Type.Array(Type.String()),
  forward: orNull(Type.Array(Type.String({ description: "Addresses its own name resolves to" }))),
  reverse: orNull(Type.Array(Type.String({ description: "Names its primary address resolves to" }))),
});
export const Listening = Type.Object({
  ports: Type.Array(
    Type.Object({
      protocol: Type.Union([Type.Literal("tcp"), Type.Literal("udp")]),
      address: Type.String(),
      port: Type.Integer(),
      process: text("Program name"),
    }),
  ),
});
export const Filesystems = Type.Object({
  filesystems: Type.Array(
    Type.Object({
      mountpoint: Type.String(),
      device: Type.String(),
      type: Type.String(),
      sizeBytes: count(""),
      availableBytes: count(""),
      inodes: count(""),
      inodesFree: count(""),
      readOnly: flag(""),
    }),
  ),
});
export const Management = Type.Object({
  agents: Type.Array(
    Type.Object({
      name: Type.String({ description: "bdap, puppet, salt, chef, zabbix, ansible-pull, cephadm, kubelet …" }),
      detail: text(""),
    }),
  ),
  clusters: Type.Array(
    Type.Object({
      kind: Type.String({ description: "ceph, eos, lvm, zfs, mdraid, kubernetes, slurm, condor, gluster" }),
      name: text("Cluster or pool name"),
      id: text("fsid or UUID"),
      detail: text(""),
    }),
  ),
  pendingReboot: flag("Whether the system asks for a reboot"),
  packageLock: text("Who holds the package manager's lock"),
});

/** Every fact by name: the keys are the folders under playbooks/facts, the order is the order of a facts file. */
export const factSchemas = {
  identity: Identity,
  firmware: Firmware,
  "operating-system": OperatingSystem,
  processor: Processor,
  memory: Memory,
  disks: Type.Object({ disks: Type.Array(Disk) }),
  "storage-controllers": StorageControllers,
  network: Network,
  graphics: Graphics,
  bmc: Bmc,
  time: Time,
  dns: Dns,
  listening: Listening,
  filesystems: Filesystems,
  management: Management,
} as const;

export type FactName = keyof typeof factSchemas;
export type FactValue<N extends FactName> = Static<(typeof factSchemas)[N]>;

/** `facts/<host>.json`: everything one probe read from one server. */
export const ServerFacts = Type.Object({
  version: Type.Literal(1),
  host: Type.String({ description: "The name this server has in the site directory" }),
  address: Type.String({ description: "Where it was reached" }),
  port: Type.Integer(),
  user: Type.String({ description: "Account used for reading" }),
  privileged: Type.Boolean({ description: "Whether it was read as root" }),
  hostKey: Type.String({ description: "SHA256:… fingerprint of the pinned SSH host key" }),
  probedAt: Type.String({ description: "ISO 8601, the prober's clock" }),
  durationMilliseconds: Type.Number(),
  facts: Type.Object({
    identity: reading(factSchemas.identity),
    firmware: reading(factSchemas.firmware),
    "operating-system": reading(factSchemas["operating-system"]),
    processor: reading(factSchemas.processor),
    memory: reading(factSchemas.memory),
    disks: reading(factSchemas.disks),
    "storage-controllers": reading(factSchemas["storage-controllers"]),
    network: reading(factSchemas.network),
    graphics: reading(factSchemas.graphics),
    bmc: reading(factSchemas.bmc),
    time: reading(factSchemas.time),
    dns: reading(factSchemas.dns),
    listening: reading(factSchemas.listening),
    filesystems: reading(factSchemas.filesystems),
    management: reading(factSchemas.management),
  }),
});
export type ServerFacts = Static<typeof ServerFacts>;
export type Disk = Static<typeof Disk>;
export type Gpu = Static<typeof Gpu>;
export type NetworkInterface = Static<typeof NetworkInterface>;
export type Signature = Static<typeof Signature>;
