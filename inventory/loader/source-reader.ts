import type { ApplianceError } from "../kernel/errors.ts";
import { inventoryErrors } from "./errors.ts";

/** One source while it is read: where the reader stands, for errors and warnings. */
export class SourceReader {
  /** The file, or the list of hosts. */
  readonly path: string;
  /** Line the reader stands on, from 1; undefined where lines mean nothing. */
  line: number | undefined;
  readonly #warn: (text: string) => void;
  readonly #tell: (text: string) => void;

  constructor(path: string, warn: (text: string) => void, tell: (text: string) => void) {
    this.path = path;
    this.#warn = warn;
    this.#tell = tell;
  }

  /** The error of what is wrong here, or at another line. */
  problem(text: string, line = this.line): ApplianceError {
    return inventoryErrors.malformed(this.path, line, text);
  }

  /** Says what only a person who looks closely wants to know. */
  tell(text: string): void {
    this.#tell(text);
  }

  warn(text: string): void {
    this.#warn(text);
  }
}
