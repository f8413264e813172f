import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Connector } from "../../connectors/connector.ts";
import type { BackgroundJobs, JobHost } from "../execution/background-jobs.ts";
import type { TaskSettings } from "../execution/settings.ts";
import type { Templar } from "../expression/templar.ts";
import type { Play, Task } from "../loader/nodes.ts";
import type { PlaybookRun } from "../run.ts";
import type { HostScope } from "../variables/host-scope.ts";
import type { VariableStore } from "../variables/variable-store.ts";

/** A result as modules give it. */
export type Result = Record<string, unknown>;

/** What an engine action works with: one task, one host, one loop item. */
export interface ActionContext {
  readonly host: string;
  readonly task: Task;
  readonly play: Play;
  /** Templated; what is omitted is left out. */
  readonly arguments: ReadonlyMap<string, unknown>;
  readonly scope: HostScope;
  readonly settings: TaskSettings;
  readonly store: VariableStore;
  readonly templar: Templar;
  readonly vault: VaultValues;
  /** `-v` times. */
  readonly verbosity: number;
  readonly hashBehaviour: "replace" | "merge";
  readonly prompt: PlaybookRun["prompt"] | undefined;
  /** Whether a person wrote this text, as it is, in one of the playbook's files. */
  isWritten(text: string): Promise<boolean>;
  readonly signal: AbortSignal;
  readonly jobs: BackgroundJobs;
  /** Where this task's host keeps background jobs. */
  jobHost(): Promise<JobHost>;
  connector(): Promise<Connector>;
  /** Closes the connection, so that the next use opens a new one. */
  dropConnection(): Promise<void>;
}

export type Action = (context: ActionContext) => Promise<Result>;

export function failure(message: string, more: Result = {}): Result {
  return { changed: false, failed: true, msg: message, ...more };
}
