import type { Collector, Metrics, Step } from "../collector.ts";

/** Time spent by all processors since boot, in the kernel's ticks (proc(5), /proc/stat). */
export interface Ticks {
  readonly user: number;
  readonly system: number;
  readonly idle: number;
  readonly waiting: number;
  readonly stolen: number;
}

export interface ProcessorReading {
  readonly load: readonly [number, number, number];
  /** Logical processors this node may use. */
  readonly count: number;
  readonly ticks: Ticks;
  /** In a container load average and ticks are those of the whole machine. */
  readonly container: string | undefined;
}

/** Load and use of the processors. */
export const processor: Collector<ProcessorReading> = {
  name: "processor",
  title: "Load and use of the processors",
  everySeconds: 0,
  deadlineSeconds: 5,
  async collect(host) {
    const [loadText, statText, limitText, container] = await Promise.all([
      host.read("/proc/loadavg"),
      host.read("/proc/stat"),
      host.read("/sys/fs/cgroup/cpu.max"),
      host.read("/run/systemd/container"),
    ]);
    const load = parseLoad(loadText ?? "");
    const stat = parseStat(statText ?? "");
    if (load === undefined || stat === undefined) throw new Error("/proc/loadavg or /proc/stat is not as expected");
    const limit = parseProcessorLimit(limitText ?? "");
    const count = limit === undefined ? stat.count : Math.min(stat.count, limit);
    return { load, count, ticks: stat.ticks, container: container?.trim() || undefined };
  },
  metrics(reading, step) {
    const [load1, load5, load15] = reading.load;
    return { load1, load5, load15, processors: reading.count, ...shares(reading, step) };
  },
};

export function parseLoad(text: string): [number, number, number] | undefined {
  const match = /^(\d+(?:\.\d+)?) (\d+(?:\.\d+)?) (\d+(?:\.\d+)?) /.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function parseStat(text: string): { ticks: Ticks; count: number } | undefined {
  const numbers = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number);
  const count = text.match(/^cpu\d+ /gm)?.length ?? 0;
  if (numbers === undefined || numbers.length < 5 || count === 0) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, stolen = 0] = numbers;
  return { ticks: { user: user + nice, system: system + irq + softirq, idle, waiting, stolen }, count };
}

/** Processors allowed by a control group's cpu.max (`<quota> <period>`); undefined without a limit. */
export function parseProcessorLimit(text: string): number | undefined {
  const match = /^(\d+) (\d+)\s*$/.exec(text);
  const period = Number(match?.[2] ?? 0);
  return match === null || period === 0 ? undefined : Math.max(Number(match[1]) / period, 0.01);
}

function shares(reading: ProcessorReading, step: Step<ProcessorReading> | undefined): Metrics {
  if (step === undefined) return {};
  const metrics: Metrics = {};
  const spent: [string, number][] = [];
  for (const kind of ["user", "system", "idle", "waiting", "stolen"] as const) {
    spent.push([kind, Math.max(0, reading.ticks[kind] - step.previous.ticks[kind])]);
  }
  const all = spent.reduce((sum, [, ticks]) => sum + ticks, 0);
  if (all === 0) return {};
  for (const [kind, ticks] of spent) metrics[`processor_${kind}_share`] = Math.round((ticks / all) * 10_000) / 10_000;
  return metrics;
}
