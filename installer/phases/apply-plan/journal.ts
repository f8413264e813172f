import { type Static, Type } from "typebox";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { PendingHandler } from "../phase.ts";
import type { Interruption } from "./events.ts";

const inRun = { run: Type.String(), time: Type.String() };
const handler = { phase: Type.String(), play: Type.String(), handler: Type.String(), host: Type.String() };

/** One line of `journal.jsonl`. A line is on disk before what follows it is begun. */
export const JournalRecord = Type.Union([
  Type.Object({
    type: Type.Literal("run-start"),
    ...inRun,
    plan: Type.String(),
    by: Type.String(),
    resumed: Type.Union([Type.String(), Type.Null()]),
  }),
  Type.Object({ type: Type.Literal("phase-start"), ...inRun, phase: Type.String() }),
  Type.Object({
    type: Type.Literal("step"),
    ...inRun,
    phase: Type.String(),
    step: Type.String(),
    task: Type.String(),
    host: Type.String(),
    status: Type.String(),
  }),
  Type.Object({ type: Type.Literal("handler-notified"), ...inRun, ...handler }),
  Type.Object({ type: Type.Literal("handler-done"), ...inRun, ...handler }),
  Type.Object({ type: Type.Literal("phase-end"), ...inRun, phase: Type.String(), changed: Type.Boolean() }),
  Type.Object({
    type: Type.Literal("run-end"),
    ...inRun,
    outcome: Type.Union([Type.Literal("done"), Type.Literal("failed"), Type.Literal("cancelled")]),
  }),
]);
export type JournalRecord = Static<typeof JournalRecord>;

/** What the journal says about the runs before this one. */
export interface JournalSummary {
  /** The newest run, if it never came to its end. */
  readonly interrupted: Interruption | null;
  /** Handlers that were notified and never ran, by phase. */
  readonly pending: ReadonlyMap<string, readonly PendingHandler[]>;
}

/** Reads what matters out of the journal's lines; lines of another shape (an older version, a torn end) are passed over. */
export function summarise(lines: readonly unknown[]): JournalSummary {
  let open: Interruption | null = null;
  const pending = new Map<string, Map<string, PendingHandler>>();
  for (const line of lines) {
    if (schemaProblems(JournalRecord, line).length > 0) continue;
    const record = line as JournalRecord;
    open = follow(open, record);
    if (record.type !== "handler-notified" && record.type !== "handler-done") continue;
    const { play, handler: name, host } = record;
    const owed = pending.get(record.phase) ?? new Map<string, PendingHandler>();
    pending.set(record.phase, owed);
    const key = JSON.stringify([play, name, host]);
    if (record.type === "handler-notified") owed.set(key, { play, handler: name, host });
    else owed.delete(key);
  }
  return { interrupted: open, pending: new Map([...pending].map(([phase, owed]) => [phase, [...owed.values()]])) };
}

function follow(open: Interruption | null, record: JournalRecord): Interruption | null {
  switch (record.type) {
    case "run-start":
      return { run: record.run, phase: "", step: null, host: null };
    case "phase-start":
      return open === null ? null : { ...open, phase: record.phase, step: null, host: null };
    case "step":
      return open === null ? null : { ...open, step: record.task, host: record.host };
    case "run-end":
      return null;
    default:
      return open;
  }
}
