import type { PendingHandler } from "../phase.ts";
import type { JournalRecord } from "./journal.ts";

/** How a step ended that told for certain that its intended handlers are not owed, or that they were notified by name. */
const SETTLED: readonly string[] = ["ok", "changed", "skipped", "ignored", "rescued"];

interface Entry extends PendingHandler {
  readonly phase: string;
  /** The step that was about to change the host, as long as nothing tells how it ended. */
  readonly step: string | null;
}

/**
 * Which handlers the journal leaves owed. One that was only intended counts unless its step's end is told: whether the change
 * was made before the kill nobody knows, and a restart too many is better than one that never comes.
 */
export class OwedHandlers {
  readonly #owed = new Map<string, Entry>();

  follow(record: JournalRecord): void {
    switch (record.type) {
      case "run-start":
        this.#keepAll();
        break;
      case "step":
        this.#settle(record.step, record.host, record.status);
        break;
      case "handler-intended":
        this.#note(record, record.step);
        break;
      case "handler-notified":
        this.#note(record, null);
        break;
      case "handler-done":
        this.#owed.delete(keyOf(record));
        break;
      default:
    }
  }

  byPhase(): ReadonlyMap<string, readonly PendingHandler[]> {
    const phases = new Map<string, PendingHandler[]>();
    for (const { phase, play, handler, host } of this.#owed.values())
      phases.set(phase, [...(phases.get(phase) ?? []), { play, handler, host }]);
    return phases;
  }

  #note({ phase, play, handler, host }: PendingHandler & { readonly phase: string }, step: string | null): void {
    const key = keyOf({ phase, play, handler, host });
    // What is owed already stays so, whatever becomes of the step.
    if (step !== null && this.#owed.get(key)?.step === null) return;
    this.#owed.set(key, { phase, play, handler, host, step });
  }

  #settle(step: string, host: string, status: string): void {
    for (const [key, entry] of this.#owed) {
      if (entry.step !== step || entry.host !== host) continue;
      if (SETTLED.includes(status)) this.#owed.delete(key);
      else this.#owed.set(key, { ...entry, step: null });
    }
  }

  /** A new run begins: the steps that were open will not be told of again. */
  #keepAll(): void {
    for (const [key, entry] of this.#owed) this.#owed.set(key, { ...entry, step: null });
  }
}

function keyOf({ phase, play, handler, host }: PendingHandler & { readonly phase: string }): string {
  return JSON.stringify([phase, play, handler, host]);
}
