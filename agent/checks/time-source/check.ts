import { timeSource as collector, type TimeSourceReading } from "../../collectors/time-source/collector.ts";
import type { Check, Finding } from "../check.ts";

/** Nobody keeps the clock right. */
export const timeSource: Check<TimeSourceReading, never, undefined> = {
  name: "time-source",
  title: "The clock is kept by a time source",
  reads: collector,
  codes: ["AGENT_TIME_NOT_SYNCHRONISED", "AGENT_TIME_SOURCE_MISSING"],
  severity: "warning",
  // After a boot chrony needs some minutes to trust its sources.
  toleranceSeconds: 300,
  dependsOn: ["link-state"],
  limits: {},
  judge({ reading }): Finding[] {
    const subject = "";
    const { keeper, synchronised, source, stratum, container } = reading;
    if (keeper === "none" && container !== undefined) {
      return [{ subject, status: "ok", message: `The clock is the host's: this node is a container (${container}).` }];
    }
    if (keeper === "none") {
      const message = "No time service keeps the clock.";
      const hint = "Install and start chrony, or run `bdap apply` for this node.";
      return [{ subject, status: "problem", code: "AGENT_TIME_SOURCE_MISSING", message, hint }];
    }
    if (synchronised) {
      const from = source === undefined ? "" : ` from ${source} (stratum ${stratum ?? "unknown"})`;
      return [{ subject, status: "ok", message: `${keeper} keeps the clock${from}.` }];
    }
    const message = `${keeper} runs but follows no time source.`;
    const hint = "See whether its servers are reached: `chronyc sources -v`, UDP port 123 outwards.";
    return [{ subject, status: "problem", message, hint }];
  },
};
