import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import type { HostOutcome, HostStatus, PhaseReport } from "../phase.ts";

/** Where an interrupted run stopped. */
export interface Interruption {
  readonly run: string;
  readonly phase: string;
  /** Last step the journal holds, in words; null when the phase had only begun. */
  readonly step: string | null;
  readonly host: string | null;
}

/** How a whole run ended on one host, and what to do about it. */
export interface FinalOutcome extends HostOutcome {
  readonly changes: number;
  /** Phase in which it failed. */
  readonly phase?: string;
}

/** What an apply tells while it goes on: the words of the live view, of plain lines and of `--json`. */
export type ApplyEvent =
  | {
      readonly type: "run-start";
      readonly run: string;
      readonly plan: string;
      readonly check: boolean;
      readonly phases: readonly { readonly name: string; readonly title: string; readonly hosts: readonly string[] }[];
      readonly resumed: Interruption | null;
    }
  | { readonly type: "phase-start"; readonly phase: string; readonly title: string; readonly hosts: readonly string[] }
  | { readonly type: "phase-progress"; readonly phase: string; readonly message: string }
  | { readonly type: "engine"; readonly phase: string; readonly event: EngineEvent }
  | { readonly type: "phase-end"; readonly phase: string; readonly report: PhaseReport; readonly error?: ErrorRecord }
  | { readonly type: "phase-blocked"; readonly phase: string; readonly title: string; readonly by: readonly string[] }
  | {
      readonly type: "run-end";
      readonly run: string;
      /** True when it was only predicted: what is called changed would change. */
      readonly check: boolean;
      readonly changed: boolean;
      readonly hosts: Readonly<Record<string, FinalOutcome>>;
      /** Failures that are no host's own: a local phase, or a phase that could not start. */
      readonly problems: readonly ErrorRecord[];
      readonly exitCode: number;
    };

export type { HostStatus };
