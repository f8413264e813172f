import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Connector } from "../connectors/connector.ts";
import { connectLocal } from "../connectors/local/local.ts";
import { validateArguments } from "./arguments.ts";
import { executePlan, readerOf } from "./execute.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "./operation.ts";

/** A folder of its own for one test, removed by {@link Trial.close}, and a way to run operations on this machine. */
export interface Trial {
  readonly folder: string;
  readonly connector: Connector;
  path(...parts: string[]): string;
  /** Plans, and under check mode goes no further; otherwise makes the changes. */
  run(operation: Operation, raw: Readonly<Record<string, unknown>>, options?: TrialOptions): Promise<TrialOutcome>;
  close(): Promise<void>;
}

export interface TrialOptions {
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly module?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly facts?: Readonly<Record<string, unknown>>;
}

export interface TrialOutcome {
  readonly plan: OperationPlan;
  readonly result: ModuleResult;
}

export async function openTrial(): Promise<Trial> {
  const connector = connectLocal({ user: userInfo().username });
  const folder = await mkdtemp(join(tmpdir(), "operations-"));
  return {
    folder,
    connector,
    path: (...parts) => join(folder, ...parts),
    run: (operation, raw, options = {}) => runOperation(connector, folder, operation, raw, options),
    close: async () => {
      await connector.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Applies an operation as the engine does. Local source files are looked for in `folder`. */
export async function runOperation(
  connector: Connector,
  folder: string,
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  options: TrialOptions = {},
): Promise<TrialOutcome> {
  const module = options.module ?? operation.modules[0] ?? "";
  const valid = validateArguments(operation, raw, module);
  if (!valid.valid) {
    const result = { changed: false, failed: true, msg: valid.message };
    return { plan: { changes: [], result }, result };
  }
  const signal = new AbortController().signal;
  const environment = options.environment ?? {};
  const context: OperationContext = {
    host: connector.host,
    read: readerOf(connector, undefined, environment, signal),
    checkMode: options.check ?? false,
    wantsDiff: options.diff ?? false,
    environment,
    localPath: async (path) => (path.startsWith("/") ? path : join(folder, path)),
    localFolder: folder,
    readLocal: (path) => readFile(path),
    render: ({ path }) => readFile(path, "utf8"),
    facts: options.facts ?? {},
    signal,
  };
  const plan = await operation.plan(valid.arguments, context, module);
  if (context.checkMode) return { plan, result: plan.result };
  return { plan, result: (await executePlan(plan, connector, undefined, signal)).result };
}

/** What every operation must prove: check mode predicts and leaves alone, one apply changes, the next plans nothing. */
export async function proveIdempotence(
  trial: Trial,
  operation: Operation,
  raw: Readonly<Record<string, unknown>>,
  options: TrialOptions = {},
): Promise<{ readonly predicted: ModuleResult; readonly first: ModuleResult; readonly second: ModuleResult }> {
  const before = await fingerprint(trial);
  const predicted = (await trial.run(operation, raw, { ...options, check: true })).result;
  if ((await fingerprint(trial)) !== before) throw new Error("check mode changed something");
  const first = (await trial.run(operation, raw, options)).result;
  const second = await trial.run(operation, raw, options);
  if (predicted.changed !== first.changed)
    throw new Error(`predicted ${predicted.changed}, was ${JSON.stringify(first)}`);
  if (second.plan.changes.length > 0) throw new Error(`second apply plans: ${second.plan.changes[0]?.title}`);
  return { predicted, first, second: second.result };
}

async function fingerprint(trial: Trial): Promise<string> {
  const script = `cd ${shellQuote(trial.folder)} && find . -printf '%p %y %m %U %G %l\\n' | sort; find . -type f -exec sha256sum {} + | sort`;
  return (await trial.connector.run({ script })).stdout;
}
