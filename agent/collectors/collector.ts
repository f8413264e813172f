import type { NodeHost } from "./node-host.ts";

/** Numbers by name; labels in braces, as in `filesystem_available_bytes{mountpoint="/"}`. */
export type Metrics = Record<string, number>;

/** What lies between two readings of one collector. */
export interface Step<Reading> {
  readonly previous: Reading;
  /** Milliseconds between the two, on the monotonic clock. */
  readonly elapsedMilliseconds: number;
}

/** Reads one thing about the node. It judges nothing: that is a check's part. */
export interface Collector<Reading = unknown> {
  /** Folder name. */
  readonly name: string;
  readonly title: string;
  /** Not read more often than this; 0 for every round. */
  readonly everySeconds: number;
  /** A reading that takes longer counts as failed, and none is begun before it has ended. */
  readonly deadlineSeconds: number;
  /** Rejects when the thing cannot be read; what a node simply does not have is a reading that says so. */
  collect(host: NodeHost): Promise<Reading>;
  /** What of it is kept as figures; names and units as in the README. `step` is absent at the first reading. */
  metrics(reading: Reading, step: Step<Reading> | undefined): Metrics;
}

/** A metric's name with labels; characters that would break the notation are replaced. */
export function metricName(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value.replace(/["\\\n]/g, "_")}"`);
  return `${name}{${pairs.join(",")}}`;
}
