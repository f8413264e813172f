import { type ProcessorReading, processor } from "../../collectors/processor/collector.ts";
import type { Check, Finding } from "../check.ts";

type Limit = "perProcessor" | "perProcessorBack";

/** Far more programs want to run, or wait for a disk, than there are processors. */
export const load: Check<ProcessorReading, Limit, undefined> = {
  name: "load",
  title: "Load in proportion to the processors",
  reads: processor,
  codes: ["AGENT_LOAD_HIGH"],
  severity: "warning",
  toleranceSeconds: 600,
  dependsOn: ["memory-pressure", "stale-mount"],
  // One a processor is a busy batch node as it should be.
  limits: { perProcessor: 4, perProcessorBack: 3 },
  judge({ reading, was, limits }): Finding[] {
    const [, load5] = reading.load;
    const message = `Load over five minutes is ${load5} on ${round(reading.count)} processors.`;
    if (reading.container !== undefined) {
      return [
        { subject: "", status: "ok", message: `${message} In a container (${reading.container}) it is the machine's.` },
      ];
    }
    const limit = was("") === "problem" ? limits.perProcessorBack : limits.perProcessor;
    if (load5 / reading.count < limit) return [{ subject: "", status: "ok", message }];
    const hint = "Look for what runs (`top`) and what waits in state D (`ps -eo pid,stat,wchan,args | grep ' D'`).";
    return [{ subject: "", status: "problem", message, hint }];
  },
};

function round(count: number): number {
  return Math.round(count * 100) / 100;
}
