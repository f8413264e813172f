import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Difference, ModuleResult } from "../operations/operation.ts";

/** How one task ended on one host. `unknown`: the connection was lost while it ran, so it may or may not have happened. */
export type TaskStatus = "ok" | "changed" | "skipped" | "failed" | "unreachable" | "unknown" | "ignored" | "rescued";

/** What a run tells while it goes on, one event at a time; nothing is kept. All but the texts are stable for programs. */
export type EngineEvent =
  | { readonly type: "play-start"; readonly play: string; readonly hosts: readonly string[] }
  | {
      readonly type: "task-start";
      readonly play: string;
      readonly task: string;
      readonly role?: string;
      readonly step: string;
      readonly handler: boolean;
    }
  | {
      readonly type: "task-result";
      readonly play: string;
      readonly task: string;
      readonly role?: string;
      /** Stable name of the step in the journal: file, position and loop item; the same in every run of unchanged files. */
      readonly step: string;
      readonly handler: boolean;
      readonly host: string;
      readonly status: TaskStatus;
      /** Registered result, censored where `no_log` says so. */
      readonly result: ModuleResult;
      readonly differences?: readonly Difference[];
      readonly error?: ErrorRecord;
      readonly durationMilliseconds: number;
    }
  /** A handler is owed to a host until `handler-done`; a resumed run hands the open ones back as `pendingHandlers`. */
  | { readonly type: "handler-notified"; readonly play: string; readonly handler: string; readonly host: string }
  | { readonly type: "handler-done"; readonly play: string; readonly handler: string; readonly host: string }
  | { readonly type: "warning"; readonly message: string; readonly host?: string }
  | { readonly type: "play-end"; readonly play: string }
  | { readonly type: "recap"; readonly hosts: Readonly<Record<string, HostRecap>> };

export interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
}
