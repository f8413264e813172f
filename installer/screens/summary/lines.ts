import type { Plan } from "#inventory/schema/plan.ts";
import { bytesInWords, secondsInWords } from "./quantities.ts";

export interface SummaryLine {
  readonly text: string;
  readonly tone?: "good" | "warning" | "bad" | "title";
}

/** The plan in at most some dozens of lines: what there will be, how long it takes, what is destroyed, what is wrong. */
export function summaryLines(plan: Plan): SummaryLine[] {
  const { capacity, nodes, disks, steps, findings } = plan;
  const wiped = disks.filter((disk) => disk.wipe);
  const roles = ["storage", "cpu", "gpu", "service"] as const;
  const counts = roles.map((role) => `${nodes.filter((node) => node.roles.includes(role)).length} ${role}`).join(", ");
  return [
    { text: `${nodes.length} nodes: ${counts}` },
    {
      text: `Storage: ${disks.length} disks, ${bytesInWords(capacity.rawBytes)} raw, ${bytesInWords(capacity.netBytes)} net with ${capacity.replicas} copies`,
    },
    {
      text: `Processing: ${capacity.cores} cores, ${bytesInWords(capacity.memoryBytes)} of memory, ${capacity.gpus} GPUs`,
    },
    { text: `Time: about ${secondsInWords(plan.estimateSeconds)}` },
    wiped.length === 0
      ? { text: "Destroyed: nothing", tone: "good" }
      : {
          text: `Destroyed: what is on ${wiped.map((disk) => `${disk.serial} (${disk.host})`).join(", ")}`,
          tone: "bad",
        },
    ...findings.map((finding) => ({
      text: `${finding.severity === "refusal" ? "REFUSED" : finding.severity} ${finding.code}: ${finding.message}`,
      tone: finding.severity === "refusal" ? ("bad" as const) : ("warning" as const),
    })),
    { text: "Steps", tone: "title" },
    ...steps.map((step) => ({
      text: `  ${step.title}${step.hosts.length > 0 ? ` (${step.hosts.length} nodes)` : ""}`,
    })),
  ];
}
