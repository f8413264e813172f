import type { EngineEvent, TaskStatus } from "#playbooks/engine/events.ts";
import type { Difference } from "#playbooks/operations/operation.ts";
import { printable } from "../../reports/text-table.ts";
import type { ApplyEvent, FinalOutcome } from "./events.ts";

export interface ReportOptions {
  /** Every task, not only those that changed something or failed. */
  readonly verbose: boolean;
  /** Draws what changes in a file; no differences are shown without. */
  readonly drawDifference?: (difference: Difference) => readonly string[];
}

const LOUD: ReadonlySet<TaskStatus> = new Set(["changed", "failed", "unreachable", "unknown", "rescued"]);

/**
 * An event as lines of plain text: what a log or a terminal without cursor control shows. Empty for what is not worth one.
 * Hosts have a say in messages and differences, so nothing that a terminal would obey is left in them.
 */
export function reportLines(event: ApplyEvent, options: ReportOptions): string[] {
  return linesOf(event, options).map(printable);
}

function linesOf(event: ApplyEvent, options: ReportOptions): string[] {
  switch (event.type) {
    case "run-start":
      return startLines(event);
    case "phase-start":
      return [`== ${event.title}${event.hosts.length > 0 ? ` (${event.hosts.join(", ")})` : ""}`];
    case "phase-progress":
      return [`   ${event.message}`];
    case "phase-blocked":
      return [`== ${event.title}: not begun`];
    case "engine":
      return engineLines(event.event, options);
    case "phase-end":
      return event.error === undefined ? [] : [`   failed: ${event.error.message}`, `   do: ${event.error.hint}`];
    case "run-end":
      return endLines(event);
  }
}

function startLines(event: Extract<ApplyEvent, { type: "run-start" }>): string[] {
  const lines = [`${event.check ? "Predicting" : "Applying"} plan ${event.plan.slice(0, 12)}, run ${event.run}`];
  if (event.resumed === null) return lines;
  const { run, phase, step, host } = event.resumed;
  const where = step === null ? phase : `${phase}, after "${step}"${host === null ? "" : ` on ${host}`}`;
  return [
    ...lines,
    `Run ${run} was broken off in ${where || "its beginning"}: what it finished is checked, the rest is done.`,
  ];
}

function engineLines(event: EngineEvent, options: ReportOptions): string[] {
  if (event.type === "warning") return [`   warning: ${event.message}`];
  if (event.type !== "task-result") return [];
  if (!options.verbose && !LOUD.has(event.status)) return [];
  const lines = [
    `   ${event.host}  ${event.status}  ${event.role === undefined ? "" : `${event.role}: `}${event.task}`,
  ];
  if (event.status === "failed" || event.status === "unreachable" || event.status === "unknown") {
    const message = event.error?.message ?? event.result["msg"];
    if (typeof message === "string" && message !== "") lines.push(`      ${message}`);
  }
  for (const difference of event.differences ?? []) lines.push(...(options.drawDifference?.(difference) ?? []));
  return lines;
}

function endLines(event: Extract<ApplyEvent, { type: "run-end" }>): string[] {
  const rows = Object.entries(event.hosts);
  const width = Math.max(4, ...rows.map(([host]) => host.length));
  const lines = ["", `${"HOST".padEnd(width)}  RESULT        CHANGES  WHAT NEXT`];
  for (const [host, outcome] of rows) lines.push(hostLine(host.padEnd(width), outcome, event.check));
  for (const [host, outcome] of rows) lines.push(...causeLines(host, outcome));
  for (const problem of event.problems) lines.push("", `${problem.code}: ${problem.message}`, `  Do: ${problem.hint}`);
  lines.push("", verdict(event));
  return lines;
}

function hostLine(host: string, outcome: FinalOutcome, check: boolean): string {
  const result = check && outcome.status === "changed" ? "would change" : outcome.status;
  const next = outcome.cause === undefined ? "nothing" : "see below";
  return `${host}  ${result.padEnd(12)}  ${String(outcome.changes).padStart(7)}  ${next}`;
}

function causeLines(host: string, outcome: FinalOutcome): string[] {
  if (outcome.cause === undefined) return [];
  const { code, message, hint } = outcome.cause;
  return ["", `${host}, in ${outcome.phase ?? "the run"}: ${code}`, `  ${message}`, `  Do: ${hint}`];
}

function verdict(event: Extract<ApplyEvent, { type: "run-end" }>): string {
  if (event.exitCode === 130) return "Stopped on request. Run the same command again to go on from here.";
  if (event.exitCode !== 0) return "Not everything succeeded. Finished steps stay done; run again to do the rest.";
  if (event.changed && event.check) return "Nothing was changed: this is what an apply would do.";
  return event.changed ? "Done." : "Nothing to do: everything was as planned already.";
}
