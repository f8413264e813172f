/** A line of the live table of a probe: one server, what is known of it so far. */
export interface ProbeRow {
  readonly server: string;
  readonly state: "waiting" | "reading" | "read" | "failed";
  readonly os: string;
  readonly cores: string;
  readonly memory: string;
  readonly disks: string;
  /** The cause when it failed; the new fingerprint when its key was seen for the first time. */
  readonly note: string;
}

/** The rows with `row` in the place of the one of the same server, or added. */
export function withRow(rows: readonly ProbeRow[], row: ProbeRow): readonly ProbeRow[] {
  const at = rows.findIndex((one) => one.server === row.server);
  return at === -1 ? [...rows, row] : rows.with(at, row);
}
