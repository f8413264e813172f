import { type MemoryReading, memory } from "../../collectors/memory/collector.ts";
import type { Check, Finding } from "../check.ts";
import { bytesInWords, percent } from "../figures.ts";

type Limit = "availableShare" | "fullPercent" | "fullPercentBack";

/** Programs wait for memory, or hardly any is left. */
export const memoryPressure: Check<MemoryReading, Limit, undefined> = {
  name: "memory-pressure",
  title: "Enough memory, and no program waits for it",
  reads: memory,
  codes: ["AGENT_MEMORY_PRESSURE", "AGENT_MEMORY_LOW"],
  severity: "warning",
  toleranceSeconds: 60,
  dependsOn: [],
  limits: { availableShare: 0.03, fullPercent: 20, fullPercentBack: 10 },
  judge({ reading, was, limits }): Finding[] {
    return [
      waiting(reading, was("pressure") === "problem", limits),
      left(reading, was("available") === "problem", limits),
    ];
  },
};

/** Time in which every program that could run waited for memory. */
function waiting(reading: MemoryReading, wasProblem: boolean, limits: Record<Limit, number>): Finding {
  const { pressure } = reading;
  const subject = "pressure";
  if (pressure === undefined) {
    return { subject, status: "ok", message: "The kernel keeps no figures of memory pressure." };
  }
  const figures = `All programs waited for memory ${pressure.full} % of the last minute, some of them ${pressure.some} %.`;
  if (pressure.full < (wasProblem ? limits.fullPercentBack : limits.fullPercent)) {
    return { subject, status: "ok", message: figures };
  }
  const hint = "Find what uses it (`systemd-cgtop -m`, `ps -eo pid,rss,args --sort=-rss | head`) and give it a limit.";
  return { subject, status: "problem", message: figures, hint };
}

function left(reading: MemoryReading, wasProblem: boolean, limits: Record<Limit, number>): Finding {
  const share = reading.availableBytes / reading.totalBytes;
  const code = "AGENT_MEMORY_LOW";
  const of = reading.source === "cgroup" ? "the node's limit of " : "";
  const message = `${bytesInWords(reading.availableBytes)} (${percent(share)}) of ${of}${bytesInWords(reading.totalBytes)} are available.`;
  // Half as much again must be free before it counts as over.
  if (share > limits.availableShare * (wasProblem ? 1.5 : 1))
    return { subject: "available", status: "ok", code, message };
  const hint =
    "Stop or limit what uses it (`ps -eo pid,rss,args --sort=-rss | head`) before the kernel kills something.";
  return { subject: "available", status: "problem", code, message, hint };
}
