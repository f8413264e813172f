import { setTimeout as sleep } from "node:timers/promises";
import type { Difference } from "../../operations/operation.ts";
import { failure, type Result } from "../actions/action.ts";
import type { TaskReference } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { dictEntries, isDict, numeric, pythonString } from "../expression/values.ts";
import { trustedFacts } from "../foreign-modules/trusted-facts.ts";
import { collected, nearest, type Play, type Task } from "../loader/nodes.ts";
import type { HostScope, Layer } from "../variables/host-scope.ts";
import { omit, withoutOmitted } from "../variables/omit.ts";
import { conditionList, holds } from "./conditions.ts";
import type { RunnerServices } from "./services.ts";
import { settingsOf } from "./settings.ts";
import { taskArguments } from "./task-arguments.ts";
import { TaskCaller } from "./task-call.ts";
import type { Inclusion } from "./task-runner.ts";
import { completed, type End, type Judged, judge, problemOf } from "./verdicts.ts";

/** For whom a task runs. */
export interface Occasion {
  readonly host: string;
  readonly play: Play;
  readonly reference: TaskReference;
  /** Called before each change of a host. */
  beforeChange(): Promise<void>;
}

/** How a task ended, or one item of its loop. */
export interface ItemOutcome extends Judged {
  result: Result;
  readonly differences: readonly Difference[];
  readonly warnings: readonly string[];
  readonly end: End;
  readonly inclusion?: Inclusion;
  /** The host it was carried out on, where that is another one. */
  readonly delegate?: string;
  /** What it saw, for what it notifies; given where it was carried out. */
  readonly scope?: HostScope;
  /** Gives its facts and statistics to another host. */
  share?(host: string): void;
  isItem?: boolean;
  /** It read what is not for showing. */
  isSecret?: boolean;
  label?: unknown;
}

const BLANK = { differences: [], warnings: [], end: "done" as const, ignoreErrors: false, ignoreUnreachable: false };

/** Runs one item of a task on one host: condition, attempts, verdict, and what it leaves behind in variables. */
export class ItemRunner {
  readonly #services: RunnerServices;
  readonly #caller: TaskCaller;

  constructor(services: RunnerServices) {
    this.#services = services;
    this.#caller = new TaskCaller(services);
  }

  async run(task: Task, on: Occasion, scope: HostScope, layer: Layer | undefined): Promise<ItemOutcome> {
    try {
      const skipped = this.skipped(task, scope);
      if (skipped !== undefined) return { ...BLANK, result: skipped };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return this.failed(task, scope, failed(`Task failed: ${error.message}`));
    }
    if (isInclude(task)) return this.#include(task, scope, layer);
    try {
      return await this.#attempts(task, on, scope, layer);
    } catch (error) {
      this.#services.signal.throwIfAborted();
      return { ...this.failed(task, scope, failure("")), ...problemOf(error) };
    }
  }

  /** The outcome of something that failed before it began. */
  failed(task: Task, scope: HostScope, result: Result): ItemOutcome {
    return { ...BLANK, result, ignoreErrors: this.#ignores(task, scope) };
  }

  /** The result of a task whose condition does not hold. Raises ExpressionError. */
  skipped(task: Task, scope: HostScope): Result | undefined {
    for (const written of collected(task.directives, "when")) {
      for (const condition of conditionList(written)) {
        if (holds(condition, scope, this.#services.templar)) continue;
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

  #ignores(task: Task, scope: HostScope): boolean {
    const written = nearest(task.directives, "ignore_errors");
    if (written === undefined || written === null) return false;
    try {
      return toBool(this.#services.templar.template(written, scope));
    } catch (error) {
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  }

  #include(task: Task, scope: HostScope, layer: Layer | undefined): ItemOutcome {
    const { templar } = this.#services;
    try {
      const given = new Map<string, unknown>();
      for (const [name, value] of task.arguments)
        given.set(name, name === "apply" ? value : templar.template(value, scope));
      const asked = withoutOmitted(given) as ReadonlyMap<string, unknown>;
      const isRole = task.module === "ansible.builtin.include_role";
      const name = isRole ? (asked.get("name") ?? asked.get("role")) : (asked.get("file") ?? asked.get("_raw_params"));
      if (name === undefined || name === null || name === "")
        return this.failed(task, scope, failed("No include file was specified to the include"));
      const values = new Map<string, unknown>(
        layer === undefined ? [] : (layer.values as ReadonlyMap<string, unknown>),
      );
      const about: Result = isRole ? { include_args: asked } : { include: name, include_args: {} };
      const result: Result = layer === undefined ? { changed: false, ...about } : about;
      const inclusion = { name: pythonString(name), given: values, arguments: asked };
      return { ...BLANK, result, ignoreErrors: this.#ignores(task, scope), inclusion };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return this.failed(task, scope, failed(`Task failed: ${error.message}`));
    }
  }

  async #attempts(task: Task, on: Occasion, scope: HostScope, layer: Layer | undefined): Promise<ItemOutcome> {
    const { signal, censor, emit } = this.#services;
    const until = task.directives.keywords.get("until");
    const asked = this.#number(task, "retries", scope);
    const tries = asked === undefined ? (until === undefined || until === null ? 1 : 4) : Math.max(0, asked) + 1;
    const wished = this.#number(task, "delay", scope) ?? 5;
    const delay = wished < 0 ? 1 : wished;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#once(task, on, scope, layer, tries > 1 ? attempt : undefined);
      if (tries === 1 || outcome.end !== "done") return outcome;
      if (this.#isEnough(task, until, outcome.result, scope)) return outcome;
      if (attempt >= tries) {
        // The original counts the repetitions here, not the runs.
        const { result } = outcome;
        const more = result["exception"] === undefined ? { exception: "(traceback unavailable)" } : {};
        return { ...outcome, result: { ...result, attempts: tries - 1, failed: true, ...more } };
      }
      const result = censor.result({ ...outcome.result, retries: tries }, this.#caller.isHidden(task, scope));
      await emit({ type: "retry", ...on.reference, host: on.host, result, retries: tries - attempt });
      await sleep(delay * 1000, undefined, { signal });
    }
  }

  #number(task: Task, keyword: string, scope: HostScope): number | undefined {
    const written = task.directives.keywords.get(keyword);
    if (written === undefined || written === null) return undefined;
    const value = this.#services.templar.template(written, scope);
    if (value === omit || value === null) return undefined;
    const number = numeric(value) ?? Number(pythonString(value).trim());
    if (Number.isNaN(number))
      throw new ExpressionError(
        `the field '${keyword}' has an invalid value (${pythonString(value)}), and could not be converted to ${keyword === "delay" ? "float" : "int"}.`,
      );
    return number;
  }

  #isEnough(task: Task, until: unknown, result: Result, scope: HostScope): boolean {
    const conditions = conditionList(until);
    if (conditions.length === 0) return result["failed"] !== true;
    const seen = this.#withResult(task, scope, result);
    return conditions.every((condition) => holds(condition, seen, this.#services.templar));
  }

  #withResult(task: Task, scope: HostScope, result: Result): HostScope {
    const register = task.directives.keywords.get("register");
    const values = new Map<string, unknown>(typeof register === "string" ? [[register, result]] : []);
    const facts = result["ansible_facts"];
    const isValues = isDict(facts) && task.module !== "ansible.builtin.include_vars";
    if (!isValues) return scope.with({ values, raw: false });
    const named = new Map(dictEntries(facts).map(([name, value]) => [String(name), value]));
    return scope.with({ values, raw: false }, { values: named, raw: false });
  }

  async #once(
    task: Task,
    on: Occasion,
    scope: HostScope,
    layer: Layer | undefined,
    attempt: number | undefined,
  ): Promise<ItemOutcome> {
    const { store, templar } = this.#services;
    const { host } = on;
    const target = this.#delegate(task, host, scope);
    const isDelegated = target !== undefined;
    const connection = isDelegated ? store.scope(target, task.directives, layer === undefined ? [] : [layer]) : scope;
    const seen = isDelegated
      ? scope.with({
          values: new Map([["ansible_delegated_vars", new Map([[target, connection.asDict()]])]]),
          raw: false,
        })
      : scope;
    const settings = settingsOf(task, seen, connection, this.#services);
    const flags = {
      ignoreErrors: settings.ignoreErrors,
      ignoreUnreachable: settings.ignoreUnreachable,
      ...(isDelegated ? { delegate: target } : {}),
    };
    try {
      const module = this.#caller.moduleOf(task, seen);
      const given = taskArguments(task, module, seen, this.#services);
      const call = { ...on, task, module, target: target ?? host, scope: seen, connection, settings, given };
      const { result: raw, differences, warnings } = await this.#caller.call(call);
      const whole = completed(raw);
      if (attempt !== undefined) whole["attempts"] = attempt;
      const result = judge(task, whole, (known) => this.#withResult(task, scope, known), templar);
      if (result["failed"] === true && result["exception"] === undefined)
        result["exception"] = "(traceback unavailable)";
      // Facts about the delegate are its own alone, also where a task runs once for all.
      const owner = isDelegated && settings.delegateFacts ? target : undefined;
      const share = (other: string) => this.#keepFacts(module, result, owner ?? other);
      if (result["failed"] !== true) share(host);
      const seenAfter = this.#withResult(task, scope, result);
      return { result, differences: differences ?? [], warnings, end: "done", ...flags, share, scope: seenAfter };
    } catch (error) {
      this.#services.signal.throwIfAborted();
      const problem = problemOf(error);
      if (problem.result["failed"] === true) problem.result["exception"] = "(traceback unavailable)";
      if (attempt !== undefined && problem.end === "done") problem.result["attempts"] = attempt;
      return { differences: [], warnings: [], ...flags, ...problem };
    }
  }

  /** The host a task is carried out on instead of its own; undefined for its own. */
  #delegate(task: Task, host: string, scope: HostScope): string | undefined {
    if (task.directives.keywords.has("local_action")) return "localhost";
    const written = nearest(task.directives, "delegate_to");
    if (written === undefined || written === null || written === "") return undefined;
    const value = this.#services.templar.template(written, scope);
    if (value === omit) return undefined;
    const name = value === null ? "" : pythonString(value);
    if (name === "") throw new ExpressionError(`Empty hostname produced from delegate_to: "${pythonString(written)}"`);
    return name === host ? host : name;
  }

  /** What a result leaves behind: facts, variables, statistics. */
  #keepFacts(module: string, result: Result, host: string): void {
    const { store, statistics } = this.#services;
    const facts = result["ansible_facts"];
    if (isDict(facts) && module !== "ansible.builtin.debug") {
      const named = new Map(dictEntries(facts).map(([name, value]) => [String(name), value]));
      const isCacheable = result["_ansible_facts_cacheable"] === true;
      delete result["_ansible_facts_cacheable"];
      if (module === "ansible.builtin.include_vars") store.include(host, named);
      else if (module === "ansible.builtin.set_fact") {
        for (const [name, value] of named) store.keep(host, name, value);
        if (isCacheable) store.addFacts(host, named);
      } else if (this.#services.modules.foreign(module) === undefined) store.addFacts(host, named);
      else store.addFacts(host, trustedFacts(named).facts);
    }
    const stats = result["ansible_stats"];
    if (!isDict(stats)) return;
    const known = new Map(dictEntries(stats).map(([name, value]) => [String(name), value]));
    const data = known.get("data");
    if (!isDict(data)) return;
    const entries = dictEntries(data).map(([name, value]): [string, unknown] => [String(name), value]);
    statistics.add(known.get("per_host") === true ? host : undefined, entries, known.get("aggregate") === true);
  }
}

/** A failure as registered: with what the original puts where it keeps no traceback. */
function failed(message: string): Result {
  return failure(message, { exception: "(traceback unavailable)" });
}

export function isInclude(task: Task): boolean {
  return task.module === "ansible.builtin.include_tasks" || task.module === "ansible.builtin.include_role";
}
