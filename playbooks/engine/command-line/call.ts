import type { Surroundings } from "#inventory/settings/paths.ts";

/** One call of a command: its words, and what it finds around it. */
export interface Call {
  /** As its messages name it. */
  readonly program: string;
  readonly words: readonly string[];
  readonly around: Surroundings;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Where a command's words go and where answers come from. */
export interface Terminal {
  out(text: string | Uint8Array): void;
  error(text: string): void;
  /** Columns of the output where it is a terminal. */
  readonly columns: number | undefined;
  /** Whether somebody can be asked. */
  readonly isInteractive: boolean;
  /** Asks for one line; what is typed is not shown where it is private. Rejects when the signal is raised. */
  ask(question: string, isPrivate: boolean, signal?: AbortSignal): Promise<string>;
  /** All of the standard input. */
  input(): Promise<string>;
  /** The same where it may be no text. */
  inputBytes(): Promise<Uint8Array>;
}
