import { type ClockReading, clock } from "../../collectors/clock/collector.ts";
import type { Check, Finding } from "../check.ts";
import { millisecondsInWords } from "../figures.ts";

type Limit = "warningMilliseconds" | "criticalMilliseconds" | "backFactor";

/** The node's clock and the control plane's differ by more than the network can explain. */
export const clockDrift: Check<ClockReading, Limit, undefined> = {
  name: "clock-drift",
  title: "The clock agrees with the control plane's",
  reads: clock,
  codes: ["AGENT_CLOCK_DRIFT"],
  severity: "warning",
  toleranceSeconds: 30,
  dependsOn: ["time-source"],
  limits: { warningMilliseconds: 500, criticalMilliseconds: 10_000, backFactor: 0.5 },
  judge({ reading: { offset }, was, limits }): Finding[] {
    const subject = "";
    if (offset === undefined) {
      return [{ subject, status: "ok", message: "The control plane has not told the time yet." }];
    }
    const { offsetMilliseconds, uncertaintyMilliseconds } = offset;
    const certain = Math.abs(offsetMilliseconds) - uncertaintyMilliseconds;
    const direction = offsetMilliseconds < 0 ? "behind" : "ahead of";
    const message = `The clock is ${millisecondsInWords(Math.abs(offsetMilliseconds))} ${direction} the control plane's (± ${millisecondsInWords(uncertaintyMilliseconds)}).`;
    if (certain < limits.warningMilliseconds * (was(subject) === "problem" ? limits.backFactor : 1)) {
      return [{ subject, status: "ok", message }];
    }
    const severity = certain >= limits.criticalMilliseconds ? "critical" : "warning";
    const hint = "See which of the two is wrong (`chronyc tracking` on both); `chronyc makestep` sets a clock at once.";
    return [{ subject, status: "problem", severity, message, hint }];
  },
};
