import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { EngineEvent } from "../events.ts";
import type { Templar } from "../expression/templar.ts";
import type { ForeignRunner } from "../foreign-modules/foreign-call.ts";
import type { ModuleTable } from "../loader/module-table.ts";
import type { PlaybookRun, RunSettings } from "../run.ts";
import type { VariableStore } from "../variables/variable-store.ts";
import type { BackgroundJobs } from "./background-jobs.ts";
import type { Censor } from "./censor.ts";
import type { Connections } from "./connections.ts";
import type { CustomStatistics } from "./custom-statistics.ts";
import type { RunModes } from "./settings.ts";

/** What every task of a run works with. */
export interface RunnerServices {
  readonly store: VariableStore;
  readonly templar: Templar;
  readonly modules: ModuleTable;
  readonly foreign: ForeignRunner;
  readonly connections: Connections;
  readonly jobs: BackgroundJobs;
  readonly censor: Censor;
  readonly vault: VaultValues;
  readonly modes: RunModes;
  readonly settings: RunSettings;
  readonly verbosity: number;
  readonly statistics: CustomStatistics;
  readonly signal: AbortSignal;
  readonly prompt: PlaybookRun["prompt"] | undefined;
  /** Whether a person wrote this text, as it is, in one of the playbook's files. */
  isWritten(text: string): Promise<boolean>;
  emit(event: EngineEvent): Promise<void>;
}
