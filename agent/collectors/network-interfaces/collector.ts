import { type Collector, type Metrics, metricName, type Step } from "../collector.ts";
import type { NodeHost } from "../node-host.ts";

/** What the kernel has counted since the interface came up (Documentation/networking/statistics.rst). */
export interface Traffic {
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly packets: number;
  /** Damaged or failed frames, both ways; drops for want of room do not count. */
  readonly errors: number;
}

export interface NetworkInterface {
  readonly name: string;
  /** `physical`: with a device behind it; `virtual`: known because a route leads through it. */
  readonly kind: "physical" | "bond" | "virtual";
  /** Switched on by the administrator. */
  readonly enabled: boolean;
  /** A cable (or its like) with something at the other end. */
  readonly carrier: boolean;
  /** Mbit/s; undefined where the driver does not know. */
  readonly speed: number | undefined;
  readonly halfDuplex: boolean;
  readonly mtu: number;
  /** The bond or bridge it serves. */
  readonly master: string | undefined;
  readonly hasRoute: boolean;
  readonly traffic: Traffic;
}

const MOST = 64;
const UP = 0x1;

/** Interfaces that stand for a cable (with a device behind them), bonds, and whatever a route leads through. */
export const networkInterfaces: Collector<readonly NetworkInterface[]> = {
  name: "network-interfaces",
  title: "Network interfaces: link, speed, errors",
  everySeconds: 0,
  deadlineSeconds: 5,
  async collect(host) {
    const [counted, routes, names] = await Promise.all([
      host.read("/proc/net/dev"),
      host.read("/proc/net/route"),
      host.list("/sys/class/net"),
    ]);
    const traffic = parseTraffic(counted ?? "");
    if (traffic.size === 0) throw new Error("/proc/net/dev is not as expected");
    const routed = parseRoutes(routes ?? "");
    const found: NetworkInterface[] = [];
    for (const name of names) {
      const own = traffic.get(name);
      if (own === undefined || name === "lo" || found.length >= MOST) continue;
      const about = await hostInterface(host, name, routed.has(name), own);
      if (about !== undefined) found.push(about);
    }
    return found;
  },
  metrics(reading, step) {
    const metrics: Metrics = {};
    for (const { name, carrier, speed, traffic } of reading) {
      const labels = { interface: name };
      metrics[metricName("network_carrier", labels)] = carrier ? 1 : 0;
      if (speed !== undefined) metrics[metricName("network_speed_bits", labels)] = speed * 1_000_000;
      Object.assign(metrics, rates(name, traffic, step));
    }
    return metrics;
  },
};

async function hostInterface(
  host: NodeHost,
  name: string,
  hasRoute: boolean,
  traffic: Traffic,
): Promise<NetworkInterface | undefined> {
  const base = `/sys/class/net/${name}`;
  const names = new Set(await host.list(base));
  const kind = names.has("device") ? "physical" : names.has("bonding") ? "bond" : "virtual";
  if (kind === "virtual" && !hasRoute) return undefined;
  const [flags, carrier, speed, duplex, mtu, master] = await Promise.all([
    host.read(`${base}/flags`),
    host.read(`${base}/carrier`),
    host.read(`${base}/speed`),
    host.read(`${base}/duplex`),
    host.read(`${base}/mtu`),
    names.has("master") ? host.read(`${base}/master/uevent`) : undefined,
  ]);
  const megabits = Number(speed ?? "-1");
  return {
    name,
    kind,
    enabled: (Number(flags ?? "0") & UP) !== 0,
    carrier: carrier?.trim() === "1",
    speed: Number.isInteger(megabits) && megabits > 0 && megabits < 10_000_000 ? megabits : undefined,
    halfDuplex: duplex?.trim() === "half",
    mtu: Number(mtu ?? "0"),
    master: /^INTERFACE=(.+)$/m.exec(master ?? "")?.[1],
    hasRoute,
    traffic,
  };
}

/** /proc/net/dev: counters by interface. */
export function parseTraffic(text: string): Map<string, Traffic> {
  const found = new Map<string, Traffic>();
  for (const match of text.matchAll(/^ *([^\s:]+): *(\d[\d ]*)$/gm)) {
    const numbers = (match[2] ?? "").trim().split(/ +/).map(Number);
    if (numbers.length < 16) continue;
    const at = (index: number) => numbers[index] ?? 0;
    const errors = at(2) + at(5) + at(10) + at(13) + at(14);
    found.set(match[1] ?? "", { receivedBytes: at(0), sentBytes: at(8), packets: at(1) + at(9), errors });
  }
  return found;
}

/** /proc/net/route: names of the interfaces that a route leads through. */
export function parseRoutes(text: string): Set<string> {
  const names = text
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t")[0]?.trim() ?? "");
  return new Set(names.filter((name) => name !== "" && name !== "*"));
}

function rates(name: string, traffic: Traffic, step: Step<readonly NetworkInterface[]> | undefined): Metrics {
  const before = step?.previous.find((other) => other.name === name)?.traffic;
  if (step === undefined || before === undefined || step.elapsedMilliseconds <= 0) return {};
  const perSecond = (now: number, then: number) =>
    Math.max(0, Math.round(((now - then) * 1000) / step.elapsedMilliseconds));
  return {
    [metricName("network_received_bytes_per_second", { interface: name })]: perSecond(
      traffic.receivedBytes,
      before.receivedBytes,
    ),
    [metricName("network_sent_bytes_per_second", { interface: name })]: perSecond(traffic.sentBytes, before.sentBytes),
    [metricName("network_errors", { interface: name })]: traffic.errors,
  };
}
