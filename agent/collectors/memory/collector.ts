import type { Collector, Metrics } from "../collector.ts";
import type { NodeHost } from "../node-host.ts";

/** Share of wall time, in per cent, over the last minute (Documentation/accounting/psi.rst). */
export interface Pressure {
  readonly some: number;
  readonly full: number;
}

export interface MemoryReading {
  /** Whose limit it is: the machine's, or that of the control group this node runs in (a container). */
  readonly source: "machine" | "cgroup";
  readonly totalBytes: number;
  /** What programs can still get without swapping. */
  readonly availableBytes: number;
  readonly swapTotalBytes: number;
  readonly swapFreeBytes: number;
  /** Undefined where the kernel keeps no pressure figures. */
  readonly pressure: Pressure | undefined;
}

/** Memory of the node: the control group's where it has a limit of its own, else the machine's. */
export const memory: Collector<MemoryReading> = {
  name: "memory",
  title: "Memory, swap and memory pressure",
  everySeconds: 0,
  deadlineSeconds: 5,
  async collect(host) {
    const text = await host.read("/proc/meminfo");
    const machine = text === undefined ? undefined : parseMeminfo(text);
    if (machine === undefined) throw new Error("/proc/meminfo says nothing of MemTotal and MemAvailable");
    const group = await cgroupMemory(host);
    const limited = group !== undefined && group.totalBytes < machine.totalBytes;
    const pressure =
      (limited ? parsePressure(await host.read("/sys/fs/cgroup/memory.pressure")) : undefined) ??
      parsePressure(await host.read("/proc/pressure/memory"));
    if (limited) return { ...machine, ...group, source: "cgroup", pressure };
    return { ...machine, source: "machine", pressure };
  },
  metrics(reading) {
    const metrics: Metrics = {
      memory_total_bytes: reading.totalBytes,
      memory_available_bytes: reading.availableBytes,
      swap_total_bytes: reading.swapTotalBytes,
      swap_free_bytes: reading.swapFreeBytes,
    };
    if (reading.pressure !== undefined) {
      metrics["memory_pressure_some_percent"] = reading.pressure.some;
      metrics["memory_pressure_full_percent"] = reading.pressure.full;
    }
    return metrics;
  },
};

type Amounts = Omit<MemoryReading, "source" | "pressure">;

/** /proc/meminfo; undefined when the two figures that matter are not there. */
export function parseMeminfo(text: string): Amounts | undefined {
  const kib = new Map<string, number>();
  for (const match of text.matchAll(/^(\w+):\s+(\d+) kB$/gm)) kib.set(match[1] ?? "", Number(match[2]));
  const total = kib.get("MemTotal");
  const available = kib.get("MemAvailable");
  if (total === undefined || available === undefined || total === 0) return undefined;
  return {
    totalBytes: total * 1024,
    availableBytes: available * 1024,
    swapTotalBytes: (kib.get("SwapTotal") ?? 0) * 1024,
    swapFreeBytes: (kib.get("SwapFree") ?? 0) * 1024,
  };
}

/** A file under /proc/pressure or a control group's `*.pressure`; undefined for anything else. */
export function parsePressure(text: string | undefined): Pressure | undefined {
  if (text === undefined) return undefined;
  const some = /^some .*\bavg60=(\d+(?:\.\d+)?)/m.exec(text)?.[1];
  const full = /^full .*\bavg60=(\d+(?:\.\d+)?)/m.exec(text)?.[1];
  if (some === undefined) return undefined;
  return { some: Number(some), full: Number(full ?? "0") };
}

/** Limit and use of the control group that is this node's root, where it has one (cgroup v2, then v1). */
async function cgroupMemory(host: NodeHost): Promise<Pick<Amounts, "totalBytes" | "availableBytes"> | undefined> {
  const [limit, used, statistics] = (await host.read("/sys/fs/cgroup/memory.max"))
    ? await readAll(host, "/sys/fs/cgroup", ["memory.max", "memory.current", "memory.stat"])
    : await readAll(host, "/sys/fs/cgroup/memory", ["memory.limit_in_bytes", "memory.usage_in_bytes", "memory.stat"]);
  const totalBytes = Number(limit ?? "none");
  const usedBytes = Number(used ?? "none");
  if (!Number.isSafeInteger(totalBytes) || !Number.isSafeInteger(usedBytes) || totalBytes <= 0) return undefined;
  // Page cache that the kernel drops at need counts as available, as it does in MemAvailable.
  const reclaimable = Number(/^(?:total_)?inactive_file (\d+)$/m.exec(statistics ?? "")?.[1] ?? "0");
  return { totalBytes, availableBytes: Math.min(totalBytes, Math.max(0, totalBytes - usedBytes + reclaimable)) };
}

function readAll(host: NodeHost, directory: string, names: readonly string[]): Promise<(string | undefined)[]> {
  return Promise.all(names.map((name) => host.read(`${directory}/${name}`)));
}
