import { setTimeout as sleep } from "node:timers/promises";
import { ApplianceError, type ErrorRecord, errorRecordOf, messageOf } from "#inventory/kernel/errors.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Connector } from "../../connectors/connector.ts";
import type { Difference } from "../../operations/operation.ts";
import { type ActionContext, failure, type Result } from "../actions/action.ts";
import { actions, RAW_ARGUMENTS } from "../actions/actions.ts";
import type { TaskStatus } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import { Evaluation } from "../expression/evaluation.ts";
import { toBool } from "../expression/filters/numbers.ts";
import type { Templar } from "../expression/templar.ts";
import { dictEntries, isDict, numeric, pythonString, toPlain, truthy } from "../expression/values.ts";
import type { ForeignCall, ForeignRunner } from "../foreign-modules/foreign-call.ts";
import type { ForeignModule } from "../foreign-modules/foreign-modules.ts";
import { trustedFacts } from "../foreign-modules/trusted-facts.ts";
import type { ModuleTable } from "../loader/module-table.ts";
import { collected, nearest, type Play, type Task } from "../loader/nodes.ts";
import type { HostScope, Layer } from "../variables/host-scope.ts";
import { withoutOmitted } from "../variables/omit.ts";
import type { VariableStore } from "../variables/variable-store.ts";
import type { Censor } from "./censor.ts";
import { type Connections, isOutcomeUnknown, isUnreachable } from "./connections.ts";
import { itemLayer, type LoopControl, loopControlOf, loopItems } from "./loop.ts";
import { callModule } from "./module-call.ts";
import { connectionVariable, isCensored, type RunModes, settingsOf, type TaskSettings } from "./settings.ts";

/** One thing a task wants included. */
export interface Inclusion {
  readonly name: string;
  readonly given: ReadonlyMap<string, unknown>;
}

/** How one task ended on one host. */
export interface TaskOutcome {
  readonly host: string;
  readonly status: Exclude<TaskStatus, "rescued">;
  readonly changed: boolean;
  /** As registered. */
  readonly result: Result;
  readonly differences: readonly Difference[];
  readonly isCensored: boolean;
  readonly inclusions: readonly Inclusion[];
  /** Names of the handlers it notifies when it changed something; worked out when asked. */
  readonly notifies: () => readonly string[];
  readonly durationMilliseconds: number;
  readonly warnings: readonly string[];
  readonly error?: ErrorRecord;
}

export interface RunnerServices {
  readonly store: VariableStore;
  readonly templar: Templar;
  readonly modules: ModuleTable;
  readonly foreign: ForeignRunner;
  readonly connections: Connections;
  readonly censor: Censor;
  readonly vault: VaultValues;
  readonly modes: RunModes;
  readonly signal: AbortSignal;
}

/** Told which handlers a host may soon be owed. What it promises is kept before the host is changed. */
export type Intend = (handlers: readonly string[]) => Promise<void>;

/** For whom a task runs. */
interface Occasion {
  readonly host: string;
  readonly play: Play;
  /** Called before each change of a host. */
  beforeChange(): Promise<void>;
}

/** One item's outcome. */
interface ItemOutcome {
  result: Result;
  differences: readonly Difference[];
  warnings: readonly string[];
  end: "done" | "unreachable" | "unknown";
  error?: ErrorRecord;
  ignoreErrors: boolean;
  ignoreUnreachable: boolean;
  inclusion?: Inclusion;
}

/** Runs one task on one host: conditions, loop, retries, the module, the verdict. */
export class TaskRunner {
  readonly #services: RunnerServices;

  constructor(services: RunnerServices) {
    this.#services = services;
  }

  /** `intend` is told, once and before the first change, the handlers that the task may come to notify. */
  async run(task: Task, host: string, play: Play, intend: Intend): Promise<TaskOutcome> {
    const started = performance.now();
    const { store, templar } = this.#services;
    const scope = store.scope(host, task.directives);
    const on: Occasion = { host, play, beforeChange: once(() => intend(this.#expected(task, scope))) };
    const isHidden = isCensored(task, scope, templar);
    const items = task.loop === undefined ? undefined : this.#items(task, scope);
    const outcomes: ItemOutcome[] = [];
    let result: Result;
    if (items === undefined) {
      const outcome = await this.#item(task, on, scope, undefined);
      outcomes.push(outcome);
      result = outcome.result;
    } else if ("problem" in items) {
      result = items.problem;
      outcomes.push({
        result,
        differences: [],
        warnings: [],
        end: "done",
        ignoreErrors: this.#ignores(task, scope),
        ignoreUnreachable: false,
      });
    } else result = await this.#loop(task, on, scope, items.items, outcomes);
    const inclusions = outcomes.flatMap((outcome) => outcome.inclusion ?? []);
    const { status, changed, error } = verdict(result, outcomes);
    const register = task.directives.keywords.get("register");
    if (typeof register === "string") store.keep(host, register, result);
    return {
      host,
      status,
      changed,
      result,
      differences: outcomes.flatMap((outcome) => outcome.differences),
      isCensored: isHidden,
      inclusions,
      notifies: () => this.#notifies(task, scope),
      durationMilliseconds: performance.now() - started,
      warnings: outcomes.flatMap((outcome) => outcome.warnings),
      ...(error === undefined ? {} : { error }),
    };
  }

  #ignores(task: Task, scope: HostScope): boolean {
    const written = nearest(task.directives, "ignore_errors");
    try {
      return written !== undefined && toBool(this.#services.templar.template(written, scope));
    } catch {
      return false;
    }
  }

  #notifies(task: Task, scope: HostScope): string[] {
    return collected(task.directives, "notify").flatMap((written) => {
      const value = this.#services.templar.template(written, scope);
      return (Array.isArray(value) ? value : [value]).map(pythonString);
    });
  }

  /** As far as it can be told before the task: a name made of its own result is not known yet. */
  #expected(task: Task, scope: HostScope): string[] {
    try {
      return this.#notifies(task, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return [];
    }
  }

  #items(task: Task, scope: HostScope): { readonly items: readonly unknown[] } | { readonly problem: Result } {
    const { templar } = this.#services;
    try {
      return { items: loopItems(task, scope, templar, new Evaluation(templar, scope)) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // A loop over something undefined is no failure where the condition forbids the task anyway.
      try {
        const skipped = this.#skipped(task, scope);
        if (skipped !== undefined) return { problem: skipped };
      } catch (second) {
        if (!(second instanceof ExpressionError)) throw second;
      }
      return { problem: failure(error.message) };
    }
  }

  async #loop(
    task: Task,
    on: Occasion,
    scope: HostScope,
    items: readonly unknown[],
    outcomes: ItemOutcome[],
  ): Promise<Result> {
    if (items.length === 0)
      return { changed: false, skipped: true, skipped_reason: "No items in the list", results: [] };
    const { templar, signal } = this.#services;
    const control = loopControlOf(task, scope, templar);
    const results: Result[] = [];
    for (const index of items.keys()) {
      if (index > 0 && control.pauseSeconds > 0) await sleep(control.pauseSeconds * 1000, undefined, { signal });
      const layer = itemLayer(control, items, index);
      const outcome = await this.#item(task, on, scope.with(layer), layer);
      outcome.result = labelled(outcome.result, layer, control);
      outcomes.push(outcome);
      results.push(outcome.result);
      this.#label(outcome.result, control, scope.with(layer));
      if (outcome.end !== "done") break;
      const registered = task.directives.keywords.get("register");
      const seen =
        typeof registered === "string" ? [{ values: new Map([[registered, outcome.result]]), raw: false }] : [];
      if (
        control.breakWhen.length > 0 &&
        control.breakWhen.every((when) => templar.condition(when, scope.with(...seen, layer)))
      )
        break;
    }
    const changed = results.some((result) => result["changed"] === true);
    const told = { ...takenFrom(results, "warnings"), ...takenFrom(results, "deprecations") };
    if (results.some((result) => result["failed"] === true))
      return { results, changed, failed: true, msg: "One or more items failed", ...told };
    if (results.every((result) => result["skipped"] === true))
      return { results, changed: false, skipped: true, msg: "All items skipped", ...told };
    return { results, changed, skipped: false, msg: "All items completed", ...told };
  }

  /** The label of an item is for showing only: it does not belong to the registered result. */
  #label(result: Result, control: LoopControl, scope: HostScope): void {
    if (control.label === undefined) return;
    let label: unknown;
    try {
      label = this.#services.templar.template(control.label, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      label = control.label;
    }
    Object.defineProperty(result, LABEL, { value: label, enumerable: false });
  }

  async #item(task: Task, on: Occasion, scope: HostScope, layer: Layer | undefined): Promise<ItemOutcome> {
    const blank = {
      differences: [],
      warnings: [],
      end: "done" as const,
      ignoreErrors: false,
      ignoreUnreachable: false,
    };
    try {
      const skipped = this.#skipped(task, scope);
      if (skipped !== undefined) return { ...blank, result: skipped };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return {
        ...blank,
        ignoreErrors: this.#ignores(task, scope),
        result: failure(`Task failed: Error while evaluating conditional: ${error.message}`),
      };
    }
    if (isInclude(task)) return { ...blank, ...this.#include(task, scope, layer) };
    try {
      return await this.#attempts(task, on, scope);
    } catch (error) {
      this.#services.signal.throwIfAborted();
      return { ...blank, ignoreErrors: this.#ignores(task, scope), ...problemOf(error) };
    }
  }

  /** The result of a task whose condition does not hold. Raises ExpressionError. */
  #skipped(task: Task, scope: HostScope): Result | undefined {
    for (const written of collected(task.directives, "when")) {
      for (const condition of Array.isArray(written) ? written : [written]) {
        if (this.#services.templar.condition(condition, scope)) continue;
        return {
          changed: false,
          skipped: true,
          skip_reason: "Conditional result was False",
          false_condition: condition,
        };
      }
    }
    return undefined;
  }

  #include(task: Task, scope: HostScope, layer: Layer | undefined): Partial<ItemOutcome> & { result: Result } {
    const { templar } = this.#services;
    try {
      const isRole = task.module === "ansible.builtin.include_role";
      const written = isRole
        ? (task.arguments.get("name") ?? task.arguments.get("role"))
        : (task.arguments.get("file") ?? task.arguments.get("_raw_params"));
      const name = pythonString(templar.template(written ?? "", scope));
      const given = new Map<string, unknown>(layer === undefined ? [] : (layer.values as ReadonlyMap<string, unknown>));
      return { result: { changed: false, include: name, include_args: {} }, inclusion: { name, given } };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { result: failure(error.message), ignoreErrors: this.#ignores(task, scope) };
    }
  }

  async #attempts(task: Task, on: Occasion, scope: HostScope): Promise<ItemOutcome> {
    const { templar, signal } = this.#services;
    const own = (keyword: string) => task.directives.keywords.get(keyword);
    const number = (keyword: string, otherwise: number) => {
      const written = own(keyword);
      return written === undefined || written === null
        ? otherwise
        : (numeric(templar.template(written, scope)) ?? Number(templar.template(written, scope)));
    };
    const until = own("until");
    const isRepeated = until !== undefined || own("retries") !== undefined;
    const tries = isRepeated ? Math.max(1, number("retries", 3) + 1) : 1;
    const delay = Math.max(0, number("delay", 5));
    let outcome = await this.#once(task, on, scope);
    for (let attempt = 1; isRepeated && outcome.end === "done"; attempt++) {
      outcome.result["attempts"] = attempt;
      if (this.#isEnough(task, until, outcome.result, scope)) break;
      if (attempt >= tries) {
        // The original counts the repetitions here, not the runs.
        outcome.result = { ...outcome.result, attempts: Math.max(1, tries - 1), failed: true };
        break;
      }
      await sleep(delay * 1000, undefined, { signal });
      outcome = await this.#once(task, on, scope);
    }
    return outcome;
  }

  #isEnough(task: Task, until: unknown, result: Result, scope: HostScope): boolean {
    if (until === undefined) return result["failed"] !== true;
    const seen = this.#withResult(task, scope, result);
    return (Array.isArray(until) ? until : [until]).every((condition) =>
      this.#services.templar.condition(condition, seen),
    );
  }

  #withResult(task: Task, scope: HostScope, result: Result): HostScope {
    const register = task.directives.keywords.get("register");
    const values = new Map<string, unknown>(typeof register === "string" ? [[register, result]] : []);
    return scope.with({ values, raw: false });
  }

  async #once(task: Task, on: Occasion, scope: HostScope): Promise<ItemOutcome> {
    const { store, templar, modes } = this.#services;
    const { host } = on;
    const target = this.#delegate(task, host, scope);
    const connection = target === host ? scope : store.scope(target);
    const settings = settingsOf(task, scope, connection, modes, templar);
    const flags = { ignoreErrors: settings.ignoreErrors, ignoreUnreachable: settings.ignoreUnreachable };
    try {
      const given = this.#arguments(task, scope);
      const { result, differences, warnings } = await this.#call(task, {
        ...on,
        target,
        scope,
        connection,
        settings,
        given,
      });
      const facts = result["ansible_facts"];
      if (
        isDict(facts) &&
        task.module !== "ansible.builtin.set_fact" &&
        task.module !== "ansible.builtin.include_vars"
      ) {
        const owner = toBool(templar.template(nearest(task.directives, "delegate_facts") ?? false, scope))
          ? target
          : host;
        const named = new Map(dictEntries(facts).map(([name, value]) => [String(name), value]));
        const isForeign = this.#services.modules.foreign(task.module) !== undefined;
        store.addFacts(owner, isForeign ? trustedFacts(named).facts : named);
      }
      const judged = this.#judge(task, completed(result), scope);
      return { result: judged, differences: differences ?? [], warnings, end: "done", ...flags };
    } catch (error) {
      this.#services.signal.throwIfAborted();
      return { differences: [], warnings: [], ...flags, ...problemOf(error) };
    }
  }

  #delegate(task: Task, host: string, scope: HostScope): string {
    const written = nearest(task.directives, "delegate_to");
    if (task.directives.keywords.has("local_action")) return "localhost";
    if (written === undefined || written === null) return host;
    return pythonString(this.#services.templar.template(written, scope)) || host;
  }

  /** The task's arguments, templated. Raises ExpressionError that names the argument. */
  #arguments(task: Task, scope: HostScope): ReadonlyMap<string, unknown> {
    const { templar } = this.#services;
    const given = new Map<string, unknown>();
    const raw = RAW_ARGUMENTS.get(task.module) ?? [];
    const defaults = collected(task.directives, "module_defaults").flatMap((part) =>
      Array.isArray(part) ? part : [part],
    );
    for (const part of defaults) {
      const own = isDict(part)
        ? dictEntries(part).find(([name]) => this.#services.modules.resolve(String(name)) === task.module)
        : undefined;
      if (own !== undefined && isDict(own[1]))
        for (const [name, value] of dictEntries(own[1])) given.set(String(name), templar.template(value, scope));
    }
    if (task.argumentsTemplate !== undefined) {
      const all = templar.template(task.argumentsTemplate, scope);
      if (isDict(all)) for (const [name, value] of dictEntries(all)) given.set(String(name), value);
      else throw new ExpressionError(`the arguments must be a dictionary, not ${pythonString(all)}`);
    }
    for (const [name, value] of task.arguments) {
      try {
        given.set(name, raw.includes(name) ? value : templar.template(value, scope));
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        throw new ExpressionError(
          `Finalization of task args for '${task.module}' failed: Error while resolving value for '${name}': ${error.message}`,
          { cause: error },
        );
      }
    }
    return withoutOmitted(given) as ReadonlyMap<string, unknown>;
  }

  async #call(
    task: Task,
    call: CallContext,
  ): Promise<{ result: Result; differences?: readonly Difference[]; warnings: readonly string[] }> {
    const { connections, modules } = this.#services;
    const action = actions.get(task.module);
    const connector = (): Promise<Connector> =>
      connections.get(call.target, () => this.#connectionVariables(task, call.connection, call.target));
    if (action !== undefined) return { result: await action(this.#actionContext(task, call, connector)), warnings: [] };
    const operation = modules.operation(task.module);
    const foreign = modules.foreign(task.module);
    if (operation === undefined && foreign === undefined) throw new RangeError(task.module);
    const attempt = async () => {
      if (operation === undefined && foreign !== undefined)
        return this.#services.foreign.call(this.#foreignCall(foreign, task, call), await connector());
      if (operation === undefined) throw new RangeError(task.module);
      return callModule(
        {
          operation,
          module: task.module,
          writtenModule: task.writtenModule,
          arguments: call.given,
          settings: call.settings,
          scope: call.scope,
          host: call.host,
          templar: this.#services.templar,
          vault: this.#services.vault,
          facts: () => toPlain(this.#services.store.facts(call.target)) as Record<string, unknown>,
          signal: this.#services.signal,
          learn: (secrets) => this.#services.censor.learn(secrets),
          beforeChange: call.beforeChange,
        },
        connector,
      );
    };
    const wasOpen = connections.has(call.target);
    try {
      return await attempt();
    } catch (error) {
      this.#services.signal.throwIfAborted();
      // Nothing ran through a connection of an earlier task that broke; what may have run is repeated only where that is harmless.
      const isHarmless =
        (isUnreachable(error) && wasOpen) || (isOutcomeUnknown(error) && operation?.checkMode === "full");
      if (isUnreachable(error) || isOutcomeUnknown(error)) await connections.drop(call.target);
      if (!isHarmless) throw error;
      return attempt();
    }
  }

  #foreignCall(module: ForeignModule, task: Task, call: CallContext): ForeignCall {
    const { templar, signal } = this.#services;
    const { settings } = call;
    return {
      module,
      writtenModule: task.writtenModule,
      arguments: call.given,
      become: settings.become,
      environment: settings.environment,
      checkMode: settings.checkMode,
      diff: settings.diff,
      noLog: isCensored(task, call.scope, templar),
      isItem: task.loop !== undefined,
      verbosity: Number(call.scope.get("ansible_verbosity") ?? 0),
      variable: (name) => connectionVariable(call.connection, [name], templar),
      signal,
    };
  }

  #actionContext(task: Task, call: CallContext, connector: () => Promise<Connector>): ActionContext {
    const { store, templar, vault, connections, signal } = this.#services;
    return {
      host: call.host,
      task,
      play: call.play,
      arguments: call.given,
      scope: call.scope,
      settings: call.settings,
      store,
      templar,
      vault,
      signal,
      connector,
      dropConnection: () => connections.drop(call.target),
    };
  }

  /** What a host's connection is made of: every `ansible_…` variable that says how, secrets as they are written. */
  #connectionVariables(task: Task, scope: HostScope, target: string): Readonly<Record<string, unknown>> {
    const known: Record<string, unknown> = { inventory_hostname: target };
    for (const [keyword, name] of CONNECTION_KEYWORDS) {
      const written = nearest(task.directives, keyword);
      if (written !== undefined && written !== null) known[name] = this.#services.templar.template(written, scope);
    }
    for (const name of scope.names()) {
      if (
        !/^ansible_(?:host|port|user|password|connection|ssh_.+|private_key_file|become.*|sudo_.+|su_.+|python_interpreter)$/.test(
          name,
        )
      )
        continue;
      const written = scope.written(name);
      known[name] =
        typeof written === "string" || !isDict(written) ? this.#services.templar.template(written, scope) : written;
    }
    return known;
  }

  /** `changed_when` and `failed_when` replace the module's own verdict. */
  #judge(task: Task, result: Result, scope: HostScope): Result {
    if (result["skipped"] === true) return result;
    const { templar } = this.#services;
    const holds = (keyword: string): boolean | undefined => {
      const written = task.directives.keywords.get(keyword);
      if (written === undefined || written === null) return undefined;
      const seen = this.#withResult(task, scope, result);
      return (Array.isArray(written) ? written : [written]).every((condition) => templar.condition(condition, seen));
    };
    try {
      const changed = holds("changed_when");
      if (changed !== undefined) result["changed"] = changed;
      const failed = holds("failed_when");
      if (failed !== undefined) {
        result["failed"] = failed;
        result["failed_when_result"] = failed;
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return { ...result, failed: true, msg: `Task failed: ${error.message}` };
    }
    return result;
  }
}

/** Keywords that say how to reach a host, and the variables that say it stronger. */
const CONNECTION_KEYWORDS: readonly (readonly [string, string])[] = [
  ["connection", "ansible_connection"],
  ["port", "ansible_port"],
  ["remote_user", "ansible_user"],
];

interface CallContext extends Occasion {
  /** The host it is carried out on. */
  readonly target: string;
  readonly scope: HostScope;
  readonly connection: HostScope;
  readonly settings: TaskSettings;
  readonly given: ReadonlyMap<string, unknown>;
}

/** Under this key an item's result holds the label it is shown with. */
export const LABEL = Symbol("label");

export function isInclude(task: Task): boolean {
  return task.module === "ansible.builtin.include_tasks" || task.module === "ansible.builtin.include_role";
}

function once(act: () => Promise<void>): () => Promise<void> {
  let acted: Promise<void> | undefined;
  return () => (acted ??= act());
}

/** Keys that every result has. */
function completed(result: Result): Result {
  const whole: Result = { ...result };
  whole["changed"] = whole["changed"] === undefined ? false : truthy(whole["changed"]);
  if (whole["failed"] === undefined && whole["skipped"] !== true) whole["failed"] = false;
  for (const name of ["stdout", "stderr"]) {
    const text = whole[name];
    if (typeof text === "string" && whole[`${name}_lines`] === undefined) whole[`${name}_lines`] = lineList(text);
  }
  return whole;
}

function lineList(text: string): string[] {
  if (text === "") return [];
  return text.replace(/(?:\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/);
}

function labelled(result: Result, layer: Layer, control: LoopControl): Result {
  const values = layer.values as ReadonlyMap<string, unknown>;
  const more: Result = { [control.variable]: values.get(control.variable), ansible_loop_var: control.variable };
  if (control.indexVariable !== undefined) {
    more[control.indexVariable] = values.get(control.indexVariable);
    more["ansible_index_var"] = control.indexVariable;
  }
  if (values.has("ansible_loop")) more["ansible_loop"] = values.get("ansible_loop");
  return { ...result, ...more };
}

/** The lists of that name of all items, which belong to the whole loop. */
function takenFrom(results: readonly Result[], name: string): Result {
  const all = results.flatMap((result) => (Array.isArray(result[name]) ? (result[name] as unknown[]) : []));
  for (const result of results) delete result[name];
  return all.length === 0 ? {} : { [name]: all };
}

/** What an error of a task amounts to. */
function problemOf(error: unknown): { result: Result; end: ItemOutcome["end"]; error?: ErrorRecord } {
  if (error instanceof ExpressionError) return { result: failure(`Task failed: ${error.message}`), end: "done" };
  const record = errorRecordOf(error);
  if (isUnreachable(error))
    return { result: { changed: false, unreachable: true, msg: error.message }, end: "unreachable", error: record };
  if (isOutcomeUnknown(error))
    return { result: { changed: false, unreachable: true, msg: error.message }, end: "unknown", error: record };
  if (error instanceof ApplianceError) return { result: failure(error.message), end: "done", error: record };
  return { result: failure(`the engine failed: ${messageOf(error)}`), end: "done", error: record };
}

function verdict(
  result: Result,
  outcomes: readonly ItemOutcome[],
): { status: TaskOutcome["status"]; changed: boolean; error?: ErrorRecord } {
  const changed = result["changed"] === true;
  const error = outcomes.find((outcome) => outcome.error !== undefined)?.error;
  const because = error === undefined ? {} : { error };
  const lost = outcomes.find((outcome) => outcome.end !== "done");
  if (lost !== undefined && lost.end !== "done") {
    if (lost.ignoreUnreachable) return { status: "ignored", changed, ...because };
    return { status: lost.end, changed, ...because };
  }
  if (result["failed"] === true)
    return {
      status: outcomes.some((o) => o.result["failed"] === true && !o.ignoreErrors) ? "failed" : "ignored",
      changed,
      ...because,
    };
  if (result["skipped"] === true) return { status: "skipped", changed };
  return { status: changed ? "changed" : "ok", changed };
}
