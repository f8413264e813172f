import type { EngineEvent } from "../events.ts";

/** Shows a run while it goes on. */
export interface Report {
  event(event: EngineEvent): void;
}

/** What a person's configuration says about the output; see ansible-core's `default` callback. */
export interface ReportOptions {
  readonly showsSkipped: boolean;
  readonly showsOk: boolean;
  readonly failuresToStderr: boolean;
  readonly showsCustomStats: boolean;
  readonly showsHostStart: boolean;
  readonly marksCheckMode: boolean;
  readonly showsPathOnFailure: boolean;
  readonly check: boolean;
  readonly diffContext: number;
  readonly format: "json" | "yaml";
  readonly isPretty: boolean | undefined;
}
