import type { FactName, FactReading, FactValue } from "#inventory/schema/facts.ts";

/** What one section of the probe script printed: its output, what it complained of, and its exit status. */
export interface SectionOutput {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; null when the section did not finish (deadline, lost connection). */
  readonly status: number | null;
}

/** Raw output by section name; a section that never ran is absent. */
export type FactSections = Readonly<Record<string, SectionOutput | undefined>>;

/**
 * One thing that is read from a server. A fact changes nothing on the server and never throws: what cannot be read or
 * makes no sense is unknown with a reason.
 */
export interface Fact<N extends FactName = FactName> {
  readonly name: N;
  /** What it tells, one line; shown in `bdap probe --help` and the reference. */
  readonly title: string;
  /**
   * POSIX shell to run for each section (no bashisms, works under dash and busybox-like minimal systems). Runs as root
   * where possible. Must end by itself quickly; the runner gives each section a deadline. Tools that may be missing are
   * tested for with `command -v`, and print a line `#missing TOOL` to stderr.
   */
  readonly sections: Readonly<Record<string, string>>;
  /** Pure: what the sections printed, as the fact's value. Total: any input gives a reading. */
  parse(sections: FactSections, context: ParseContext): FactReading<FactValue<N>>;
}

/** What a parser may know beside the output. */
export interface ParseContext {
  /** The address the server was reached at. */
  readonly address: string;
  /** The prober's wall clock, milliseconds since the epoch, at the middle of the session's first round trip. */
  readonly probedAtMilliseconds: number;
}
