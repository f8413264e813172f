import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import type { EngineEvent } from "../events.ts";
import { toPlain } from "../expression/values.ts";
import type { Report } from "./report.ts";

/** An event as one line of JSON. */
export function eventLine(event: EngineEvent): string {
  return `${JSON.stringify(event, (_key, value: unknown) => (value instanceof Map || typeof value === "bigint" ? plain(value) : value))}\n`;
}

function plain(value: unknown): unknown {
  return typeof value === "bigint" ? Number(value) : toPlain(value);
}

/** Tells every event as it comes, one document a line (`--json`). */
export class EventReport implements Report {
  readonly #out: (text: string) => void;

  constructor(out: (text: string) => void) {
    this.#out = out;
  }

  event(event: EngineEvent): void {
    this.#out(eventLine(event));
  }
}

/** A file of every event of a run, one document a line; what is written stays also when this process dies. */
export class JournalReport implements Report {
  readonly #file: number;

  /** Adds to the file, and makes it, for its owner alone, where there is none. Throws the system's error. */
  constructor(path: string) {
    this.#file = openSync(path, "a", 0o600);
  }

  event(event: EngineEvent): void {
    writeSync(this.#file, eventLine(event));
  }

  close(): void {
    fsyncSync(this.#file);
    closeSync(this.#file);
  }
}
