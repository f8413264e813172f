import type { Step } from "../../collectors/collector.ts";
import { type NetworkInterface, networkInterfaces } from "../../collectors/network-interfaces/collector.ts";
import type { Check, Finding } from "../check.ts";

type Limit = "errorsPerMinute" | "share" | "backFactor";
type Reading = readonly NetworkInterface[];

/** Smoothed over some minutes: errors and packets a minute. */
interface Rate {
  readonly errors: number;
  readonly packets: number;
}
type Rates = ReadonlyMap<string, Rate>;

/** Time after which an old rate counts only for a third. */
const MEMORY_MILLISECONDS = 180_000;

/** Frames arrive damaged or fail to leave: a cable, a transceiver or a port is going. */
export const linkErrors: Check<Reading, Limit, Rates> = {
  name: "link-errors",
  title: "Network links without errors",
  reads: networkInterfaces,
  codes: ["AGENT_LINK_ERRORS"],
  severity: "warning",
  toleranceSeconds: 120,
  dependsOn: ["link-state"],
  limits: { errorsPerMinute: 10, share: 0.0001, backFactor: 0.5 },
  remember: (reading, step, rates) =>
    new Map(reading.map((nic) => [nic.name, smoothed(nic, step, rates?.get(nic.name) ?? { errors: 0, packets: 0 })])),
  judge({ reading, memory, was, limits }): Finding[] {
    if (reading.length === 0)
      return [{ subject: "", status: "ok", message: "There are no network interfaces to judge." }];
    return reading.map(({ name }) => {
      const { errors, packets } = memory.get(name) ?? { errors: 0, packets: 0 };
      const factor = was(name) === "problem" ? limits.backFactor : 1;
      const share = errors / Math.max(packets + errors, 1);
      const message = `${name} had ${Math.round(errors)} errors a minute on ${Math.round(packets)} packets.`;
      if (errors < limits.errorsPerMinute * factor || share < limits.share * factor) {
        return { subject: name, status: "ok", message };
      }
      const hint = `Read the counters (\`ip -s -s link show ${name}\`, \`ethtool -S ${name}\`); change the cable, then the transceiver.`;
      return { subject: name, status: "problem", message, hint };
    });
  },
};

function smoothed(nic: NetworkInterface, step: Step<Reading> | undefined, rate: Rate): Rate {
  const before = step?.previous.find(({ name }) => name === nic.name)?.traffic;
  if (step === undefined || before === undefined || step.elapsedMilliseconds <= 0) return rate;
  const weight = 1 - Math.exp(-step.elapsedMilliseconds / MEMORY_MILLISECONDS);
  // Counters that went back were reset.
  const perMinute = (now: number, then: number) => (Math.max(0, now - then) * 60_000) / step.elapsedMilliseconds;
  const errors = perMinute(nic.traffic.errors, before.errors);
  const packets = perMinute(nic.traffic.packets, before.packets);
  return {
    errors: rate.errors + weight * (errors - rate.errors),
    packets: rate.packets + weight * (packets - rate.packets),
  };
}
