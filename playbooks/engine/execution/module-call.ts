import type { Secret } from "#inventory/kernel/secret.ts";
import { WholeFloat } from "#inventory/kernel/yaml.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Connector } from "../../connectors/connector.ts";
import { executePlan, readerOf, validateArguments } from "../../operations/execute.ts";
import type { Difference, Operation, OperationContext, OperationPlan } from "../../operations/operation.ts";
import { failure, type Result } from "../actions/action.ts";
import type { Templar } from "../expression/templar.ts";
import { pythonString, toPlain } from "../expression/values.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { controllerFiles } from "./controller-files.ts";
import type { TaskSettings } from "./settings.ts";

export interface ModuleCall {
  readonly operation: Operation;
  readonly module: string;
  readonly writtenModule: string;
  readonly arguments: ReadonlyMap<string, unknown>;
  readonly settings: TaskSettings;
  readonly scope: HostScope;
  readonly host: string;
  readonly templar: Templar;
  readonly vault: VaultValues;
  readonly facts: () => Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** Told of values that must not be seen, before anything is done with them. */
  learn(secrets: readonly Secret[]): void;
  /** Called before a plan with changes is carried out. */
  beforeChange(): Promise<void>;
  /** Carries a plan out in another way than at once. */
  carryOut?(plan: OperationPlan, connector: Connector): Promise<Result>;
}

export interface ModuleOutcome {
  readonly result: Result;
  readonly differences?: readonly Difference[];
  readonly warnings: readonly string[];
}

/** Plans one operation on a host and, unless in check mode, carries the plan out. Throws what the connector throws. */
export async function callModule(call: ModuleCall, connector: () => Promise<Connector>): Promise<ModuleOutcome> {
  const { operation, settings, signal } = call;
  const raw = toPlain(withTexts(call.arguments, operation)) as Record<string, unknown>;
  const checked = validateArguments(operation, raw, call.writtenModule);
  if (!checked.valid) return { result: failure(checked.message), warnings: [] };
  call.learn(checked.secrets);
  if (settings.checkMode && operation.checkMode === "none") {
    const msg = `remote module (${call.writtenModule}) does not support check mode`;
    return { result: { changed: false, skipped: true, msg }, warnings: [] };
  }
  const open = await connector();
  const context: OperationContext = {
    read: readerOf(open, settings.become, settings.environment, signal),
    checkMode: settings.checkMode,
    wantsDiff: settings.diff,
    ...(settings.become === undefined ? {} : { become: settings.become }),
    environment: settings.environment,
    host: call.host,
    ...controllerFiles(call),
    get facts() {
      return call.facts();
    },
    signal,
  };
  const plan = await operation.plan(checked.arguments, context, call.module);
  const differences = settings.diff && plan.differences !== undefined ? { differences: plan.differences } : {};
  if (settings.checkMode) return { result: { ...plan.result }, ...differences, warnings: checked.warnings };
  if (plan.changes.length > 0) await call.beforeChange();
  if (call.carryOut !== undefined)
    return { result: await call.carryOut(plan, open), ...differences, warnings: checked.warnings };
  const execution = await executePlan(plan, open, settings.become, signal);
  return { result: { ...execution.result }, ...differences, warnings: checked.warnings };
}

/** Floats become the text Python makes of them where a text is wanted: `5.0`, which as a plain number would be 5. */
function withTexts(given: ReadonlyMap<string, unknown>, operation: Operation): ReadonlyMap<string, unknown> {
  const wantsText = (name: string) =>
    Object.entries(operation.arguments).some(
      ([own, { type, aliases }]) =>
        (type === "str" || type === "path") && (own === name || aliases?.includes(name) === true),
    );
  const texts = [...given].flatMap(([name, value]): [string, string][] =>
    value instanceof WholeFloat && wantsText(name) ? [[name, pythonString(value)]] : [],
  );
  return texts.length === 0 ? given : new Map([...given, ...texts]);
}
