import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { PendingHandler } from "../phase.ts";
import type { Interruption } from "./events.ts";
import { JournalRecord } from "./journal.ts";
import { OwedHandlers } from "./owed-handlers.ts";

/** What the journal says about the runs before this one. */
export interface JournalSummary {
  /** The newest run, if it never came to its end. */
  readonly interrupted: Interruption | null;
  /** Handlers that are owed and never ran, by phase. */
  readonly pending: ReadonlyMap<string, readonly PendingHandler[]>;
}

/** Reads what matters out of the journal's lines; lines of another shape (an older version, a torn end) are passed over. */
export function summarise(lines: readonly unknown[]): JournalSummary {
  let open: Interruption | null = null;
  const handlers = new OwedHandlers();
  for (const line of lines) {
    if (schemaProblems(JournalRecord, line).length > 0) continue;
    const record = line as JournalRecord;
    open = follow(open, record);
    handlers.follow(record);
  }
  return { interrupted: open, pending: handlers.byPhase() };
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
