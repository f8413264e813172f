import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Difference, ModuleResult } from "../operations/operation.ts";

/** How one task ended on one host. `unknown`: the connection was lost while it ran, so it may or may not have happened. */
export type TaskStatus = "ok" | "changed" | "skipped" | "failed" | "unreachable" | "unknown" | "ignored" | "rescued";

/** The task an event is about. */
export interface TaskReference {
  readonly play: string;
  /** Its name as shown, templated; its module as written where it has none. */
  readonly task: string;
  readonly role?: string;
  /** Stable name of the step in the journal: file, position and loop item; the same in every run of unchanged files. */
  readonly step: string;
  readonly handler: boolean;
  /** Fully qualified name of its module. Absent when another program ran it. */
  readonly module?: string;
  /** Where it stands: absolute path, line and column from 1. */
  readonly origin?: Origin;
}

export interface Origin {
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
}

/** A result on a host: of a whole task, or of one item of its loop. */
interface HostResult extends TaskReference {
  readonly host: string;
  readonly status: TaskStatus;
  /** Registered result, censored where `no_log` says so. Items of a loop carry `_ansible_item_label`. */
  readonly result: ModuleResult;
  /** Of a whole task with a loop: those of all items, which their own events told before. */
  readonly differences?: readonly Difference[];
  /** The host it was carried out on, where that is another one (`delegate_to`). */
  readonly delegate?: string;
}

/** What a run tells while it goes on, one event at a time; nothing is kept. All but the texts are stable for programs. */
export type EngineEvent =
  | { readonly type: "playbook-start"; readonly playbook: string }
  | {
      readonly type: "play-start";
      readonly play: string;
      readonly hosts: readonly string[];
      readonly checkMode?: boolean;
    }
  /** The play's pattern, or the limit, leaves no host. Follows its `play-start`. */
  | { readonly type: "no-hosts-matched"; readonly play: string }
  /** Every host of the play has failed or is out: the run ends here. */
  | { readonly type: "no-hosts-remaining"; readonly play: string }
  | ({ readonly type: "task-start"; readonly checkMode?: boolean } & TaskReference)
  /** One item of a loop, told as it ends; the whole task's result follows. */
  | ({ readonly type: "item-result" } & HostResult)
  /** `until` does not hold yet (or the task failed): it will be tried `retries` more times. */
  | ({
      readonly type: "retry";
      readonly host: string;
      readonly result: ModuleResult;
      readonly retries: number;
    } & TaskReference)
  /** A background job was asked how far it is, or ended. */
  | ({
      readonly type: "async-poll" | "async-ok" | "async-failed";
      readonly host: string;
      readonly result: ModuleResult;
    } & TaskReference)
  | ({
      readonly type: "task-result";
      readonly error?: ErrorRecord;
      readonly durationMilliseconds: number;
      /** Whether it went through a loop: its items were told before. */
      readonly looped?: boolean;
    } & HostResult)
  /** What a task included, and for whom; its tasks follow. `included` is the file's path or the role's name. */
  | ({
      readonly type: "include";
      readonly included: string;
      readonly hosts: readonly string[];
      /** Label of the loop item it stands for. */
      readonly item?: unknown;
    } & TaskReference)
  /**
   * A host is about to be changed by a step that notifies the handler. Its `task-result` settles it: `handler-notified` comes
   * before that where the handler is owed. Whoever sees neither must take the handler for owed. Not told under ansible-playbook.
   */
  | {
      readonly type: "handler-intended";
      readonly play: string;
      readonly step: string;
      readonly handler: string;
      readonly host: string;
    }
  /** A handler is owed to a host until `handler-done`; a resumed run hands the open ones back as `pendingHandlers`. */
  | { readonly type: "handler-notified"; readonly play: string; readonly handler: string; readonly host: string }
  | { readonly type: "handler-done"; readonly play: string; readonly handler: string; readonly host: string }
  | {
      readonly type: "warning";
      readonly message: string;
      readonly host?: string;
      readonly origin?: Origin;
      readonly help?: string;
    }
  | {
      readonly type: "deprecation";
      readonly message: string;
      readonly host?: string;
      readonly origin?: Origin;
      readonly version?: string;
      readonly date?: string;
    }
  /** What is said on the way; shown where a person asked for at least so much (`-v` times). */
  | { readonly type: "message"; readonly message: string; readonly verbosity: number }
  | { readonly type: "play-end"; readonly play: string }
  | {
      readonly type: "recap";
      readonly hosts: Readonly<Record<string, HostRecap>>;
      /** What `set_stats` gathered: for the whole run, and per host. */
      readonly custom?: CustomStats;
    };

export interface CustomStats {
  readonly run: Readonly<Record<string, unknown>>;
  readonly hosts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface HostRecap {
  readonly ok: number;
  readonly changed: number;
  readonly unreachable: number;
  readonly failed: number;
  readonly skipped: number;
  readonly rescued: number;
  readonly ignored: number;
}
