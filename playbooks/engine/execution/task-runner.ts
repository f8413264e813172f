import { setTimeout as sleep } from "node:timers/promises";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Difference } from "../../operations/operation.ts";
import type { Result } from "../actions/action.ts";
import type { TaskReference, TaskStatus } from "../events.ts";
import { ExpressionError, UndefinedError } from "../expression/errors.ts";
import { Evaluation } from "../expression/evaluation.ts";
import { pythonString } from "../expression/values.ts";
import { collected, type Play, type Task } from "../loader/nodes.ts";
import type { HostScope, Layer } from "../variables/host-scope.ts";
import { omit } from "../variables/omit.ts";
import { holds } from "./conditions.ts";
import { type ItemOutcome, ItemRunner, type Occasion } from "./item-runner.ts";
import { itemLayer, type LoopControl, loopControlOf, loopItems } from "./loop.ts";
import type { RunnerServices } from "./services.ts";
import { isCensored } from "./settings.ts";
import { statusOf } from "./verdicts.ts";

/** One thing a task wants included. */
export interface Inclusion {
  readonly name: string;
  /** What it gives to what it includes: the loop item it stands for. */
  readonly given: ReadonlyMap<string, unknown>;
  /** The include's own arguments, templated. */
  readonly arguments: ReadonlyMap<string, unknown>;
  readonly label?: unknown;
}

/** How one task ended on one host. */
export interface TaskOutcome {
  readonly reference: TaskReference;
  readonly host: string;
  readonly status: Exclude<TaskStatus, "rescued">;
  readonly changed: boolean;
  /** As registered. */
  readonly result: Result;
  readonly differences: readonly Difference[];
  readonly isCensored: boolean;
  readonly isLooped: boolean;
  readonly delegate?: string;
  readonly inclusions: readonly Inclusion[];
  /** Names of the handlers it notifies when it changed something; worked out when asked. */
  readonly notifies: () => readonly string[];
  /** What a task that runs once for all gives to another host: facts and statistics. */
  readonly shareFacts: (host: string) => void;
  readonly durationMilliseconds: number;
  readonly warnings: readonly string[];
  readonly error?: ErrorRecord;
}

/** Told which handlers a host may soon be owed. What it promises is kept before the host is changed. */
export type Intend = (handlers: readonly string[]) => Promise<void>;

/** Runs one task on one host: its loop, and what the items' results come to together. */
export class TaskRunner {
  readonly #services: RunnerServices;
  readonly #items: ItemRunner;

  constructor(services: RunnerServices) {
    this.#services = services;
    this.#items = new ItemRunner(services);
  }

  /** `intend` is told, once and before the first change, the handlers that the task may come to notify. */
  async run(task: Task, host: string, play: Play, reference: TaskReference, intend: Intend): Promise<TaskOutcome> {
    const started = performance.now();
    const { store, templar } = this.#services;
    const scope = store.scope(host, task.directives);
    const on: Occasion = {
      host,
      play,
      reference,
      beforeChange: once(() => intend(expected(task, scope, this.#services))),
    };
    const isHidden = isCensored(task, scope, templar);
    const items = task.loop === undefined ? undefined : this.#loopItems(task, scope);
    const outcomes: ItemOutcome[] = [];
    let result: Result;
    if (items === undefined) {
      const outcome = await this.#items.run(task, on, scope, undefined);
      outcomes.push(outcome);
      result = outcome.result;
    } else if ("problem" in items) {
      outcomes.push(this.#items.failed(task, scope, items.problem));
      result = items.problem;
    } else result = await this.#loop(task, on, scope, items.items, { outcomes, isHidden });
    const isSecret = outcomes.map(takeSecrecy).includes(true);
    const { status, changed, error } = statusOf(result, outcomes);
    const register = task.directives.keywords.get("register");
    if (typeof register === "string") store.keep(host, register, result);
    const delegate = outcomes.find((outcome) => outcome.delegate !== undefined)?.delegate;
    return {
      reference,
      host,
      status,
      changed,
      result: shown(result, outcomes),
      differences: outcomes.flatMap((outcome) => outcome.differences),
      isCensored: isHidden || isSecret,
      isLooped: task.loop !== undefined && outcomes.some((outcome) => outcome.isItem),
      ...(delegate === undefined ? {} : { delegate }),
      inclusions: outcomes.flatMap((outcome) => outcome.inclusion ?? []),
      notifies: () => notifications(task, scope, this.#services, outcomes),
      shareFacts: (other) => {
        for (const outcome of outcomes) outcome.share?.(other);
      },
      durationMilliseconds: performance.now() - started,
      warnings: outcomes.flatMap((outcome) => outcome.warnings),
      ...(error === undefined ? {} : { error }),
    };
  }

  #loopItems(task: Task, scope: HostScope): { readonly items: readonly unknown[] } | { readonly problem: Result } {
    const { templar } = this.#services;
    try {
      return { items: loopItems(task, scope, templar, new Evaluation(templar, scope)) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      // A loop over something undefined is no failure where the condition forbids the task anyway.
      try {
        const skipped = this.#items.skipped(task, scope);
        if (skipped !== undefined) return { problem: skipped };
      } catch (second) {
        if (!(second instanceof ExpressionError)) throw second;
      }
      const problem: Result = { failed: true, msg: `Task failed: ${error.message}`, exception: NO_TRACEBACK };
      // What is wrong with the loop itself is told before there is a result that could have changed something.
      return { problem: error instanceof UndefinedError ? { changed: false, ...problem } : problem };
    }
  }

  async #loop(
    task: Task,
    on: Occasion,
    scope: HostScope,
    items: readonly unknown[],
    seen: { readonly outcomes: ItemOutcome[]; readonly isHidden: boolean },
  ): Promise<Result> {
    if (items.length === 0)
      return { changed: false, skipped: true, skipped_reason: "No items in the list", results: [] };
    const { templar, signal } = this.#services;
    const control = loopControlOf(task, scope, templar);
    await this.#warnOfUsed(control, scope);
    const results: Result[] = [];
    const earlier = new Map<string, unknown>();
    for (const index of items.keys()) {
      if (index > 0 && control.pauseSeconds > 0) await sleep(control.pauseSeconds * 1000, undefined, { signal });
      const layer = itemLayer(control, items, index);
      const own = scope.with(layer, { values: earlier, raw: false });
      const outcome = await this.#items.run(task, on, own, layer);
      const isSecret = takeSecrecy(outcome);
      outcome.isItem = true;
      outcome.result = labelled(outcome.result, layer, control);
      seen.outcomes.push(outcome);
      const registered = task.directives.keywords.get("register");
      if (typeof registered === "string") earlier.set(registered, outcome.result);
      this.#label(outcome, control, scope.with(layer, { values: earlier, raw: false }));
      results.push(outcome.result);
      if (isSecret) outcome.isSecret = true;
      if (outcome.inclusion === undefined) await this.#tellItem(outcome, on, seen.isHidden || isSecret);
      if (this.#isEnough(control, scope.with(layer, { values: new Map(earlier), raw: false }))) break;
    }
    return combined(results);
  }

  #isEnough(control: LoopControl, scope: HostScope): boolean {
    const { breakWhen } = control;
    return breakWhen.length > 0 && breakWhen.every((when) => holds(when, scope, this.#services.templar));
  }

  async #warnOfUsed(control: LoopControl, scope: HostScope): Promise<void> {
    if (scope.get(control.variable) === undefined) return;
    await this.#services.emit({
      type: "warning",
      message: `The loop variable '${control.variable}' is already in use.`,
      help: "You should set the `loop_var` value in the `loop_control` option for the task to something else to avoid variable collisions and unexpected behavior.",
    });
  }

  /** The label of an item is for showing only: it does not belong to the registered result. */
  #label(outcome: ItemOutcome, control: LoopControl, scope: HostScope): void {
    if (control.label === undefined) {
      outcome.label = scope.get(control.variable);
      return;
    }
    try {
      outcome.label = this.#services.templar.template(control.label, scope);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      outcome.result["failed"] = true;
      outcome.result["msg"] = `Failed to template loop_control.label: ${error.message}`;
    }
  }

  async #tellItem(outcome: ItemOutcome, on: Occasion, isHidden: boolean): Promise<void> {
    const { censor, emit } = this.#services;
    const { result, differences, delegate } = outcome;
    const shownDifferences = censor.differences(differences, isHidden);
    await emit({
      type: "item-result",
      ...on.reference,
      host: on.host,
      status: statusOf(result, [outcome]).status,
      result: censor.result({ ...result, _ansible_item_label: outcome.label }, isHidden),
      ...(shownDifferences.length === 0 ? {} : { differences: shownDifferences }),
      ...(delegate === undefined ? {} : { delegate }),
    });
  }
}

/** The whole result of a loop. */
function combined(results: readonly Result[]): Result {
  const whole: Result = { results, skipped: results.every((result) => result["skipped"] === true) };
  whole["changed"] = results.some((result) => result["changed"] === true);
  if (results.some((result) => result["unreachable"] === true)) whole["unreachable"] = true;
  if (results.some((result) => result["failed"] === true)) {
    whole["failed"] = true;
    whole["msg"] = "One or more items failed";
    whole["exception"] = NO_TRACEBACK;
  } else whole["msg"] = "All items completed";
  if (whole["skipped"] === true) whole["msg"] = "All items skipped";
  return { ...whole, ...takenFrom(results, "warnings"), ...takenFrom(results, "deprecations") };
}

/** The lists of that name of all items, which belong to the whole loop. */
function takenFrom(results: readonly Result[], name: string): Result {
  const all = results.flatMap((result) => (Array.isArray(result[name]) ? (result[name] as unknown[]) : []));
  for (const result of results) delete result[name];
  return all.length === 0 ? {} : { [name]: all };
}

/** What the original puts where it keeps no traceback. */
const NO_TRACEBACK = "(traceback unavailable)";

/** The result as told: items carry their labels. */
function shown(result: Result, outcomes: readonly ItemOutcome[]): Result {
  if (!Array.isArray(result["results"]) || outcomes.every((outcome) => outcome.isItem !== true)) return result;
  const results = outcomes.map((outcome) => ({ ...outcome.result, _ansible_item_label: outcome.label }));
  return { ...result, results };
}

/** Of a loop that changed something, each item that was carried out notifies; names may depend on the item. */
function notifications(
  task: Task,
  scope: HostScope,
  services: RunnerServices,
  outcomes: readonly ItemOutcome[],
): string[] {
  const written = collected(task.directives, "notify");
  if (written.length === 0) return [];
  const scopes = outcomes.flatMap((outcome) => outcome.scope ?? []);
  const names = new Set<string>();
  for (const own of scopes.length === 0 ? [scope] : scopes)
    for (const part of written) {
      const value = services.templar.template(part, own);
      for (const name of Array.isArray(value) ? value : [value])
        if (name !== omit && name !== null) names.add(pythonString(name));
    }
  return [...names];
}

/** As far as it can be told before the task: a name made of its own result is not known yet. */
function expected(task: Task, scope: HostScope, services: RunnerServices): string[] {
  try {
    return notifications(task, scope, services, []);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [];
  }
}

/** Whether an action found out that what it read is not for showing; that is said once and for all. */
function takeSecrecy(outcome: ItemOutcome): boolean {
  const isSecret = outcome.isSecret === true || outcome.result["_ansible_no_log"] === true;
  delete outcome.result["_ansible_no_log"];
  return isSecret;
}

function once(act: () => Promise<void>): () => Promise<void> {
  let acted: Promise<void> | undefined;
  return () => (acted ??= act());
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
