/** Makes the facts of the example site: `node inventory/examples/three-racks/make-facts.ts`. */
import { join } from "node:path";
import type { Disk, Gpu, ServerFacts } from "../../schema/facts.ts";
import { openSite } from "../../site-directory/site-directory.ts";

const TERABYTE = 1_000_000_000_000;
const GIBIBYTE = 1024 ** 3;

interface Sketch {
  readonly address: string;
  readonly hostname: string;
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly processor: string;
  readonly sockets: number;
  readonly cores: number;
  readonly memoryGigabytes: number;
  readonly speed: number;
  readonly mtu?: number;
  readonly disks: readonly Disk[];
  readonly gpus?: readonly Gpu[];
  readonly release?: string;
  readonly offset?: number;
  readonly agents?: readonly string[];
  readonly clusters?: readonly { readonly kind: string; readonly name: string }[];
}

function disk(name: string, serial: string, sizeBytes: number, more: Partial<Disk> = {}): Disk {
  const nvme = name.startsWith("nvme");
  return {
    name,
    path: `/dev/${name}`,
    byId: [`/dev/disk/by-id/${nvme ? "nvme" : "ata"}-${serial}`],
    model: nvme ? "Micron 7450" : "Toshiba MG06ACA800E",
    serial,
    wwn: null,
    sizeBytes,
    logicalBlockBytes: 512,
    physicalBlockBytes: 4096,
    rotational: !nvme,
    transport: nvme ? "nvme" : "sata",
    removable: false,
    readOnly: false,
    partitionTable: null,
    partitions: [],
    signatures: [],
    mountpoints: [],
    holders: [],
    inUse: false,
    empty: true,
    smart: { verdict: "passed", reason: null, hours: 1200, temperatureCelsius: 31 },
    ...more,
  };
}

function systemDisk(serial: string): Disk {
  return disk("nvme0n1", serial, 0.96 * TERABYTE, {
    partitionTable: "gpt",
    partitions: [
      { name: "nvme0n1p1", sizeBytes: 512 * 1024 ** 2, mountpoints: ["/boot/efi"] },
      { name: "nvme0n1p2", sizeBytes: 0.95 * TERABYTE, mountpoints: ["/"] },
    ],
    signatures: [{ type: "ext4", where: "/dev/nvme0n1p2", label: null, uuid: null }],
    mountpoints: ["/boot/efi", "/"],
    inUse: true,
    empty: false,
  });
}

function bays(prefix: string, count: number, change: Readonly<Record<number, Partial<Disk>>> = {}): Disk[] {
  return Array.from({ length: count }, (_, bay) => {
    const name = `sd${String.fromCharCode(97 + bay)}`;
    return disk(name, `${prefix}${String(bay + 1).padStart(2, "0")}`, 8 * TERABYTE, change[bay]);
  });
}

function gpu(index: number, model: string, memoryGigabytes: number): Gpu {
  return {
    pciAddress: `0000:${(0x40 + index).toString(16)}:00.0`,
    pciId: "10de:26b9",
    vendor: "nvidia",
    model,
    memoryBytes: memoryGigabytes * GIBIBYTE,
    driver: null,
    driverVersion: null,
    uuid: null,
    mig: null,
  };
}

const storage = {
  vendor: "Supermicro",
  model: "SSG-620P",
  processor: "Intel Xeon Silver 4314",
  sockets: 1,
  cores: 16,
  memoryGigabytes: 128,
  speed: 25_000,
};
const compute = {
  vendor: "Dell Inc.",
  model: "PowerEdge R6625",
  processor: "AMD EPYC 9354",
  sockets: 2,
  cores: 64,
  memoryGigabytes: 768,
  speed: 25_000,
};
const small = {
  vendor: "Dell Inc.",
  model: "PowerEdge R250",
  processor: "Intel Xeon E-2378",
  sockets: 1,
  cores: 8,
  memoryGigabytes: 64,
  speed: 10_000,
};

const sketches: readonly Sketch[] = [
  {
    ...storage,
    address: "10.20.1.11",
    hostname: "st01",
    serial: "S1A001",
    disks: [systemDisk("BT01"), ...bays("ZA1", 12)],
  },
  {
    ...storage,
    address: "10.20.1.12",
    hostname: "st02",
    serial: "S1A002",
    offset: 2400,
    disks: [
      systemDisk("BT02"),
      ...bays("ZA2", 12, {
        4: {
          empty: false,
          partitionTable: "gpt",
          partitions: [{ name: "sde1", sizeBytes: 8 * TERABYTE, mountpoints: [] }],
          signatures: [{ type: "xfs", where: "/dev/sde1", label: "archive-2019", uuid: "5f1d" }],
        },
        9: { smart: { verdict: "failed", reason: "48 reallocated sectors", hours: 51_000, temperatureCelsius: 44 } },
      }),
    ],
  },
  {
    ...storage,
    address: "10.20.1.13",
    hostname: "st03",
    serial: "S1A003",
    disks: [
      systemDisk("BT03"),
      ...bays("ZA3", 12, {
        2: { empty: false, signatures: [{ type: "LVM2_member", where: "/dev/sdc", label: null, uuid: "Xy9" }] },
        7: { empty: null },
      }),
    ],
  },
  {
    ...storage,
    address: "10.20.1.14",
    hostname: "ceph-old",
    serial: "S1A004",
    clusters: [{ kind: "ceph", name: "ceph" }],
    agents: ["cephadm"],
    disks: [
      systemDisk("BT04"),
      ...bays(
        "ZA4",
        12,
        Object.fromEntries(
          Array.from({ length: 11 }, (_, bay) => [
            bay,
            {
              empty: false,
              inUse: true,
              holders: [`dm-${bay}`],
              signatures: [
                { type: "ceph_bluestore", where: `/dev/sd${String.fromCharCode(97 + bay)}`, label: null, uuid: null },
              ],
            },
          ]),
        ),
      ),
    ],
  },
  { ...compute, address: "10.20.2.21", hostname: "cn01", serial: "D2B001", disks: [systemDisk("BT21")] },
  {
    ...compute,
    address: "10.20.2.22",
    hostname: "cn02",
    serial: "D2B002",
    mtu: 1500,
    release: "12",
    disks: [systemDisk("BT22")],
  },
  {
    ...compute,
    model: "PowerEdge R760xa",
    address: "10.20.2.31",
    hostname: "localhost",
    serial: "D2B003",
    gpus: [gpu(0, "NVIDIA L40S", 48), gpu(1, "NVIDIA L40S", 48)],
    disks: [systemDisk("BT31"), disk("nvme1n1", "SCR31", 3.84 * TERABYTE)],
  },
  { ...small, address: "10.20.3.41", hostname: "sv01", serial: "D3C001", disks: [systemDisk("BT41")] },
  {
    ...small,
    address: "10.20.3.42",
    hostname: "sv02",
    serial: "D3C002",
    memoryGigabytes: 128,
    disks: [systemDisk("BT42")],
  },
];

const known = <T>(value: T) => ({ value, unknown: [] });

function factsOf(sketch: Sketch, index: number): ServerFacts {
  const mac = `3c:ec:ef:00:00:${(index + 16).toString(16)}`;
  const release = sketch.release ?? "13";
  return {
    version: 1,
    host: sketch.address,
    address: sketch.address,
    port: 22,
    user: "root",
    privileged: true,
    hostKey: `SHA256:example${index}`,
    probedAt: "2026-03-02T08:00:00.000Z",
    durationMilliseconds: 900 + index,
    facts: {
      identity: known({
        hostname: sketch.hostname,
        fqdn: null,
        machineId: `${index + 1}`.padStart(32, "0"),
        bootId: `00000000-0000-4000-8000-${`${index + 1}`.padStart(12, "0")}`,
        vendor: sketch.vendor,
        model: sketch.model,
        serial: sketch.serial,
        uuid: null,
        assetTag: null,
        chassis: "rack mount",
      }),
      firmware: known({
        vendor: sketch.vendor,
        version: "1.4",
        date: "2025-05-01",
        boot: "uefi" as const,
        secureBoot: false,
      }),
      "operating-system": known({
        id: "debian",
        versionId: release,
        codename: release === "13" ? "trixie" : "bookworm",
        name: `Debian GNU/Linux ${release}`,
        family: "debian" as const,
        kernel: "6.12.57+deb13-amd64",
        architecture: "x86_64",
        libc: "glibc 2.41",
        packageManager: "apt" as const,
        initSystem: "systemd",
        virtualisation: "none",
        python: null,
        uptimeSeconds: 86_400,
      }),
      processor: known({
        model: sketch.processor,
        vendor: sketch.processor.startsWith("AMD") ? "AuthenticAMD" : "GenuineIntel",
        sockets: sketch.sockets,
        cores: sketch.cores,
        threads: sketch.cores * 2,
        numaNodes: [],
        flags: ["avx2"],
        maxMegahertz: 3800,
      }),
      memory: known({
        totalBytes: sketch.memoryGigabytes * GIBIBYTE,
        availableBytes: (sketch.memoryGigabytes - 2) * GIBIBYTE,
        swapBytes: 0,
        limitBytes: null,
        ecc: true,
        dimms: [],
      }),
      disks: known({ disks: [...sketch.disks] }),
      "storage-controllers": known({ controllers: [], softwareRaid: [] }),
      network: known({
        interfaces: [
          {
            name: "eno1",
            mac,
            driver: "mlx5_core",
            speedMegabits: sketch.speed,
            duplex: "full",
            link: true,
            mtu: sketch.mtu ?? 9000,
            kind: "physical" as const,
            addresses: [`${sketch.address}/24`],
            pciAddress: null,
            neighbour: null,
          },
        ],
        defaultGateway: sketch.address.replace(/\d+$/, "1"),
        defaultInterface: "eno1",
      }),
      graphics: known({ gpus: [...(sketch.gpus ?? [])] }),
      bmc: known({ present: true, type: "ipmi", address: null, mac: null, firmware: null }),
      time: known({
        epochMilliseconds: null,
        offsetMilliseconds: sketch.offset ?? 12,
        synchronised: false,
        source: "none",
        server: null,
        timezone: "UTC",
      }),
      dns: known({ servers: [], search: [], forward: null, reverse: null }),
      listening: known({ ports: [{ protocol: "tcp" as const, address: "0.0.0.0", port: 22, process: "sshd" }] }),
      filesystems: known({ filesystems: [] }),
      management: known({
        agents: (sketch.agents ?? []).map((name) => ({ name, detail: null })),
        clusters: (sketch.clusters ?? []).map((cluster) => ({ ...cluster, id: null, detail: null })),
        pendingReboot: false,
        packageLock: null,
      }),
    },
  };
}

const site = openSite(join(import.meta.dirname));
for (const [index, sketch] of sketches.entries()) await site.writeFacts(factsOf(sketch, index));
