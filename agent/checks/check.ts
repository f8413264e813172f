import type { Collector, Step } from "../collectors/collector.ts";
import type { CheckResult, Severity } from "../protocol/messages.ts";

/** What a check says of one subject at one moment. */
export interface Finding {
  /** A mount point, a unit, a NIC; empty for the node as a whole. */
  readonly subject: string;
  readonly status: CheckResult["status"];
  /** The check's own severity unless given. */
  readonly severity?: Severity;
  /** One sentence with figures. */
  readonly message: string;
  /** What to do; left out while healthy. */
  readonly hint?: string;
  /** Another of the check's codes than its first. */
  readonly code?: string;
}

/** What a check judges. */
export interface Judged<Reading, Limit extends string = string, Memory = undefined> {
  readonly reading: Reading;
  /** Absent at the first reading. */
  readonly step: Step<Reading> | undefined;
  /** What the check said of the subject before: the way back is made harder than the way in (hysteresis). */
  readonly was: (subject: string) => CheckResult["status"] | undefined;
  readonly limits: Readonly<Record<Limit, number>>;
  /** What `remember` made of this reading; undefined where the check remembers nothing. */
  readonly memory: Memory;
}

/** A judgement on one collector's readings. Pure: the same input gives the same findings. */
export interface Check<Reading = unknown, Limit extends string = string, Memory = unknown> {
  /** Folder name. */
  readonly name: string;
  readonly title: string;
  /** The collector whose readings it judges. */
  readonly reads: Collector<Reading>;
  /** The stable codes its findings may carry; the first is the usual one. */
  readonly codes: readonly [string, ...string[]];
  readonly severity: Severity;
  /** How long a problem is borne before it counts against the node. */
  readonly toleranceSeconds: number;
  /** Checks whose problem explains this one. */
  readonly dependsOn: readonly string[];
  /** Limits by name with their defaults; the site overrides them as `<check>.<limit>`. */
  readonly limits: Readonly<Record<Limit, number>>;
  /** What must outlive one reading, made from the new reading and what was kept; small and bounded. */
  remember?(reading: Reading, step: Step<Reading> | undefined, memory: Memory | undefined): Memory;
  judge(input: Judged<Reading, Limit, Memory>): Finding[];
}
