import type { Disk, Gpu, ServerFacts } from "#inventory/schema/facts.ts";

/** What tests say of a server; the rest is an empty Debian 13 machine. */
export interface ExampleServer {
  readonly address?: string;
  readonly hostname?: string;
  readonly cores?: number;
  readonly memoryBytes?: number;
  /** Disks, or why they are not known. */
  readonly disks?: readonly Disk[] | string;
  readonly gpus?: readonly Gpu[];
  readonly speedMegabits?: number;
  readonly mtu?: number;
  readonly agents?: readonly string[];
  readonly clusters?: readonly { readonly kind: string; readonly name: string }[];
  readonly machineId?: string;
  readonly bootId?: string;
  readonly serial?: string;
  readonly offsetMilliseconds?: number;
  readonly versionId?: string;
  readonly virtualisation?: string;
}

/** Facts of a made-up server for tests. */
export function exampleFacts(name: string, server: ExampleServer = {}): ServerFacts {
  const { address = "10.0.0.1", disks = [] } = server;
  const known = <T>(value: T) => ({ value, unknown: [] });
  const unknown = (reason: string) => ({ value: null, unknown: [{ field: "", reason }] });
  return {
    version: 1,
    host: address,
    address,
    port: 22,
    user: "root",
    privileged: true,
    hostKey: "SHA256:example",
    probedAt: "2026-01-01T00:00:00.000Z",
    durationMilliseconds: 1000,
    facts: {
      identity: known({
        hostname: server.hostname ?? name,
        fqdn: null,
        machineId: server.machineId ?? `machine-${name}`,
        bootId: server.bootId ?? `boot-${name}`,
        vendor: null,
        model: null,
        serial: server.serial ?? null,
        uuid: null,
        assetTag: null,
        chassis: null,
      }),
      firmware: unknown("not read"),
      "operating-system": known({
        id: "debian",
        versionId: server.versionId ?? "13",
        codename: "trixie",
        name: `Debian GNU/Linux ${server.versionId ?? "13"}`,
        family: "debian" as const,
        kernel: "6.12",
        architecture: "x86_64",
        libc: null,
        packageManager: "apt" as const,
        initSystem: "systemd",
        virtualisation: server.virtualisation ?? "none",
        python: null,
        uptimeSeconds: 60,
      }),
      processor: known({
        model: null,
        vendor: null,
        sockets: 1,
        cores: server.cores ?? 4,
        threads: (server.cores ?? 4) * 2,
        numaNodes: [],
        flags: [],
        maxMegahertz: null,
      }),
      memory: known({
        totalBytes: server.memoryBytes ?? 8 * 1024 ** 3,
        availableBytes: null,
        swapBytes: null,
        limitBytes: null,
        ecc: null,
        dimms: [],
      }),
      disks: typeof disks === "string" ? unknown(disks) : known({ disks: [...disks] }),
      "storage-controllers": unknown("not read"),
      network: known({
        interfaces: [
          {
            name: "eth0",
            mac: null,
            driver: null,
            speedMegabits: server.speedMegabits ?? null,
            duplex: null,
            link: true,
            mtu: server.mtu ?? 1500,
            kind: "physical" as const,
            addresses: [`${address}/24`],
            pciAddress: null,
            neighbour: null,
          },
        ],
        defaultGateway: null,
        defaultInterface: "eth0",
      }),
      graphics: known({ gpus: [...(server.gpus ?? [])] }),
      bmc: unknown("not read"),
      time: known({
        epochMilliseconds: null,
        offsetMilliseconds: server.offsetMilliseconds ?? 0,
        synchronised: null,
        source: null,
        server: null,
        timezone: null,
      }),
      dns: unknown("not read"),
      listening: unknown("not read"),
      filesystems: unknown("not read"),
      management: known({
        agents: (server.agents ?? []).map((agent) => ({ name: agent, detail: null })),
        clusters: (server.clusters ?? []).map((cluster) => ({ ...cluster, id: null, detail: null })),
        pendingReboot: null,
        packageLock: null,
      }),
    },
  };
}

/** An empty 8 TB disk of which `change` says what is different. */
export function exampleDisk(name: string, change: Partial<Disk> = {}): Disk {
  return {
    name,
    path: `/dev/${name}`,
    byId: [],
    model: "Example",
    serial: `SER-${name}`,
    wwn: null,
    sizeBytes: 8e12,
    logicalBlockBytes: 512,
    physicalBlockBytes: 4096,
    rotational: true,
    transport: "sata",
    removable: false,
    readOnly: false,
    partitionTable: null,
    partitions: [],
    signatures: [],
    mountpoints: [],
    holders: [],
    inUse: false,
    empty: true,
    smart: { verdict: "passed", reason: null, hours: null, temperatureCelsius: null },
    ...change,
  };
}

export function exampleGpu(model: string): Gpu {
  return {
    pciAddress: "0000:40:00.0",
    pciId: "10de:26b9",
    vendor: "nvidia",
    model,
    memoryBytes: 48 * 1024 ** 3,
    driver: null,
    driverVersion: null,
    uuid: null,
    mig: null,
  };
}
