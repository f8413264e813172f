import pLimit, { type LimitFunction } from "p-limit";
import { ApplianceError, errorRecordOf } from "#inventory/kernel/errors.ts";
import type { Result } from "../actions/action.ts";
import { engineErrors } from "../errors.ts";
import type { EngineEvent, TaskStatus } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { numeric, pythonString } from "../expression/values.ts";
import { type Block, nearest, type Play, type PlayNode, type Task } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import { placeText } from "../loader/problems.ts";
import { tagsAllow } from "../loader/tags.ts";
import type { Handlers } from "./handlers.ts";
import { Includes, type PreparedInclude } from "./includes.ts";
import type { Recap } from "./recap.ts";
import { LABEL, type RunnerServices, type TaskOutcome, TaskRunner } from "./task-runner.ts";

/** `meta` actions that are about the host they run for. */
const PER_HOST: readonly string[] = ["noop", "reset_connection", "end_host"];

/** Actions that run for one host of the batch and count for all. */
const ONCE: readonly string[] = ["ansible.builtin.add_host", "ansible.builtin.pause"];

export interface PlayRunnerOptions {
  readonly services: RunnerServices;
  readonly loader: PlaybookLoader;
  readonly play: Play;
  readonly handlers: Handlers;
  readonly recap: Recap;
  readonly limit: LimitFunction;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly batch: readonly string[];
  emit(event: EngineEvent): Promise<void>;
}

/** Runs one play on one batch of hosts: every task on all of them before the next, or each host at its own pace. */
export class PlayRunner {
  readonly #options: PlayRunnerOptions;
  readonly #runner: TaskRunner;
  readonly #includes: Includes;
  readonly #failed = new Set<string>();
  readonly #unreachable = new Set<string>();
  /** Hosts that `meta: end_host` and its kin took out of the play; they are well. */
  readonly #ended = new Set<string>();
  /** Hosts whose failure nothing will rescue, while their `always` tasks may still run. */
  readonly #out = new Set<string>();
  readonly #started = new Set<string>();
  #isStopped = false;

  constructor(options: PlayRunnerOptions) {
    this.#options = options;
    this.#runner = new TaskRunner(options.services);
    this.#includes = new Includes(options.loader, options.play, options.handlers);
  }

  get failed(): ReadonlySet<string> {
    return this.#failed;
  }

  get unreachable(): ReadonlySet<string> {
    return this.#unreachable;
  }

  /** Whether the whole run must end here: a fatal failure, or too many. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  remaining(): readonly string[] {
    return this.#options.batch.filter((host) => !this.#failed.has(host) && !this.#out.has(host) && !this.#isGone(host));
  }

  #isGone(host: string): boolean {
    return this.#unreachable.has(host) || this.#ended.has(host);
  }

  async run(first: readonly PlayNode[]): Promise<void> {
    const { batch, play } = this.#options;
    const sections = [first, ...play.sections];
    const strategy = String(play.directives.keywords.get("strategy") ?? "linear");
    if (!strategy.endsWith("free")) return this.#sections(sections, batch);
    await Promise.all(batch.map((host) => this.#sections(sections, [host])));
  }

  async #sections(sections: readonly (readonly PlayNode[])[], hosts: readonly string[]): Promise<void> {
    const isForced = toBool(this.#options.play.directives.keywords.get("force_handlers") ?? false);
    for (const section of sections) {
      const live = hosts.filter((host) => !this.#failed.has(host) && !this.#isGone(host));
      for (const host of await this.#list(section, live, false)) this.#failed.add(host);
      const due = hosts.filter((host) => !this.#isGone(host) && (isForced || !this.#failed.has(host)));
      if (section === sections.at(-1)) this.#options.handlers.resumeAll(due);
      for (const host of await this.#flush(due)) this.#failed.add(host);
    }
  }

  /** Runs nodes in order; gives the hosts that failed on the way. */
  async #list(nodes: readonly PlayNode[], hosts: readonly string[], isRescuable: boolean): Promise<Set<string>> {
    const failed = new Set<string>();
    for (const node of nodes) {
      const live = hosts.filter((host) => !failed.has(host) && !this.#isGone(host));
      if (live.length === 0) break;
      const more =
        node.type === "block" ? await this.#block(node, live, isRescuable) : await this.#task(node, live, isRescuable);
      for (const host of more) failed.add(host);
    }
    return failed;
  }

  async #block(block: Block, hosts: readonly string[], isRescuable: boolean): Promise<Set<string>> {
    const hasRescue = block.rescue.length > 0;
    let failed = await this.#list(block.body, hosts, isRescuable || hasRescue);
    if (hasRescue && failed.size > 0)
      failed = await this.#list(
        block.rescue,
        [...failed].filter((host) => !this.#isGone(host)),
        isRescuable,
      );
    if (block.always.length === 0) return failed;
    for (const host of await this.#list(
      block.always,
      hosts.filter((h) => !this.#isGone(h)),
      isRescuable,
    ))
      failed.add(host);
    return failed;
  }

  async #task(task: Task, hosts: readonly string[], isRescuable: boolean): Promise<Set<string>> {
    const { tags, skipTags } = this.#options;
    if (!task.isHandler && !tagsAllow(task.directives.tags, tags, skipTags)) return new Set();
    this.#options.services.signal.throwIfAborted();
    if (task.module === "ansible.builtin.meta") return this.#meta(task, hosts);
    const [first = ""] = hosts;
    const isOnce = ONCE.includes(task.module) || this.#flag(task, "run_once", first);
    const chosen = isOnce ? [first] : hosts;
    await this.#announce(task, first);
    const throttle = Number(nearest(task.directives, "throttle") ?? 0);
    const own = throttle > 0 ? pLimit(throttle) : undefined;
    const prepared: PreparedInclude[] = [];
    const failed = new Set<string>();
    await Promise.all(
      chosen.map((host) => {
        const work = () =>
          this.#options.limit(() => this.#one(task, host, isRescuable, prepared, failed, isOnce ? hosts : [host]));
        return own === undefined ? work() : own(work);
      }),
    );
    if (failed.size > 0 && (isOnce || this.#flag(task, "any_errors_fatal", first))) {
      for (const host of hosts) if (!this.#isGone(host)) failed.add(host);
      if (!isRescuable) this.#isStopped = true;
    }
    if (this.#isTooMany(failed)) {
      for (const host of hosts) failed.add(host);
      this.#isStopped = true;
    }
    for (const host of await this.#included(prepared, hosts, failed, isRescuable)) failed.add(host);
    return failed;
  }

  /** A keyword that decides for all hosts, worked out for the first. */
  #flag(task: Task, keyword: string, host: string): boolean {
    const written = nearest(task.directives, keyword);
    if (written === undefined || written === null) return false;
    const { templar, store } = this.#options.services;
    return toBool(templar.template(written, store.scope(host, task.directives)));
  }

  #isTooMany(failed: ReadonlySet<string>): boolean {
    const written = this.#options.play.directives.keywords.get("max_fail_percentage");
    const allowed = written === undefined || written === null ? undefined : Number(numeric(written) ?? written);
    if (allowed === undefined) return false;
    const count = new Set([...failed, ...this.#failed, ...this.#unreachable]).size;
    return count > 0 && (count / this.#options.batch.length) * 100 > allowed;
  }

  async #announce(task: Task, host: string): Promise<void> {
    const { play, emit } = this.#options;
    if (this.#started.has(task.step) && String(play.directives.keywords.get("strategy") ?? "").endsWith("free")) return;
    this.#started.add(task.step);
    await emit({ type: "task-start", ...this.#about(task, host) });
  }

  #about(task: Task, host: string) {
    const role = task.directives.role?.name;
    return {
      play: this.#options.play.name,
      task: taskName(task, host, this.#options.services),
      ...(role === undefined ? {} : { role }),
      step: task.step,
      handler: task.isHandler,
    };
  }

  async #one(
    task: Task,
    host: string,
    isRescuable: boolean,
    prepared: PreparedInclude[],
    failed: Set<string>,
    sharedBy: readonly string[],
  ): Promise<void> {
    const { services, emit, recap } = this.#options;
    if (services.signal.aborted) throw engineErrors.cancelled();
    let outcome = await this.#runner.run(task, host, this.#options.play, (names) => this.#intend(task, host, names));
    if (outcome.inclusions.length > 0) outcome = await this.#prepare(task, outcome, prepared, sharedBy);
    if (sharedBy.length > 1) this.#share(task, outcome, sharedBy);
    let status: TaskStatus = outcome.status;
    if (status === "failed") {
      failed.add(host);
      if (isRescuable) status = "rescued";
      else this.#out.add(host);
      services.store.keep(host, "ansible_failed_task", describeTask(task, this.#about(task, host).task));
      services.store.keep(host, "ansible_failed_result", outcome.result);
    }
    if (status === "unreachable" || status === "unknown") this.#unreachable.add(host);
    recap.count(host, status, outcome.changed);
    for (const message of outcome.warnings)
      await emit({ type: "warning", message: services.censor.text(message), host });
    const differences = services.censor.differences(outcome.differences, outcome.isCensored);
    // First what it leads to: killed after the result was told, a run would owe handlers that nobody knows of.
    await this.#notify(task, outcome);
    await emit({
      type: "task-result",
      ...this.#about(task, host),
      host,
      status,
      result: services.censor.result(withLabels(outcome.result), outcome.isCensored),
      ...(differences.length === 0 ? {} : { differences }),
      ...this.#error(outcome),
      durationMilliseconds: outcome.durationMilliseconds,
    });
  }

  /** Tells what `host` will be owed if the change that is about to be made is made. */
  async #intend(task: Task, host: string, names: readonly string[]): Promise<void> {
    const { handlers, emit, play } = this.#options;
    for (const handler of new Set(names.flatMap((name) => handlers.named(name))))
      await emit({ type: "handler-intended", play: play.name, step: task.step, handler, host });
  }

  #error(outcome: TaskOutcome) {
    if (outcome.error === undefined) return {};
    const { censor } = this.#options.services;
    const { code, kind, hint, message } = outcome.error;
    if (outcome.isCensored)
      return { error: { code, kind, hint, message: "the output has been hidden because of no_log" } };
    return { error: { ...outcome.error, message: censor.text(message) } };
  }

  async #notify(task: Task, outcome: TaskOutcome): Promise<void> {
    const { handlers, emit, play } = this.#options;
    const { host, status, changed } = outcome;
    // Whether a task whose connection was lost changed anything nobody knows: its handlers run once the host is back.
    const isOwed = status === "unknown" || (changed && status !== "failed" && status !== "unreachable");
    if (!isOwed && !(status === "ok" && handlers.carries(host))) return;
    for (const name of outcome.notifies()) {
      if (!isOwed) {
        handlers.resume(name, host);
        continue;
      }
      const found = handlers.notify(name, host);
      if (found.length === 0) throw engineErrors.unknownHandler(name, placeText(task.directives.place));
      for (const handler of found) await emit({ type: "handler-notified", play: play.name, handler, host });
    }
  }

  /** What one host did for all: its results are theirs too. */
  #share(task: Task, outcome: TaskOutcome, hosts: readonly string[]): void {
    const { store } = this.#options.services;
    const register = task.directives.keywords.get("register");
    const facts = outcome.result["ansible_facts"];
    for (const host of hosts) {
      if (host === outcome.host) continue;
      if (typeof register === "string") store.keep(host, register, outcome.result);
      if (task.module === "ansible.builtin.set_fact" && typeof facts === "object" && facts !== null)
        for (const [name, value] of Object.entries(facts)) store.keep(host, name, value);
    }
  }

  async #prepare(
    task: Task,
    outcome: TaskOutcome,
    prepared: PreparedInclude[],
    hosts: readonly string[],
  ): Promise<TaskOutcome> {
    try {
      for (const inclusion of outcome.inclusions) await this.#includes.prepare(task, inclusion, hosts, prepared);
      return outcome;
    } catch (error) {
      if (!(error instanceof ApplianceError)) throw error;
      const record = errorRecordOf(error);
      // The original counts such an include as done first, then as failed.
      this.#options.recap.count(outcome.host, "ok", false);
      return {
        ...outcome,
        status: "failed",
        inclusions: [],
        result: { changed: false, failed: true, msg: error.message },
        error: record,
      };
    }
  }

  /** Runs what was included, each file for the hosts that asked for it, in the order asked for. */
  async #included(
    prepared: readonly PreparedInclude[],
    hosts: readonly string[],
    failed: ReadonlySet<string>,
    isRescuable: boolean,
  ): Promise<Set<string>> {
    const all = new Set<string>();
    for (const include of prepared) {
      const own = hosts.filter(
        (host) => include.hosts.has(host) && !failed.has(host) && !all.has(host) && !this.#isGone(host),
      );
      if (own.length === 0) continue;
      for (const host of await this.#list([include.node], own, isRescuable)) all.add(host);
    }
    return all;
  }

  /** Runs the handlers owed to `hosts`; gives the hosts that failed in one. */
  async #flush(hosts: readonly string[]): Promise<Set<string>> {
    const { handlers, emit, play } = this.#options;
    const failed = new Set<string>();
    for (const due of handlers.take(hosts)) {
      const live = due.hosts.filter((host) => !failed.has(host) && !this.#isGone(host));
      if (live.length === 0) continue;
      for (const host of await this.#task(due.task, live, false)) failed.add(host);
      for (const host of live)
        if (!failed.has(host) && !this.#unreachable.has(host))
          await emit({ type: "handler-done", play: play.name, handler: due.name, host });
    }
    return failed;
  }

  async #meta(task: Task, hosts: readonly string[]): Promise<Set<string>> {
    const action = String(task.arguments.get("free_form") ?? "");
    const { store, templar, connections } = this.#options.services;
    const written = task.directives.keywords.get("when");
    const conditions = Array.isArray(written) ? written : written === undefined ? [] : [written];
    // Some are about one host; the others are decided by the first and count for all.
    const asked = PER_HOST.includes(action) ? hosts : hosts.slice(0, 1);
    const chosen = asked.filter((host) =>
      conditions.every((condition) => templar.condition(condition, store.scope(host, task.directives))),
    );
    switch (action) {
      case "flush_handlers":
        return this.#flush(hosts);
      case "end_host":
        for (const host of chosen) this.#ended.add(host);
        break;
      case "end_play":
      case "end_batch":
        if (chosen.length > 0) for (const host of this.#options.batch) this.#ended.add(host);
        break;
      case "clear_facts":
        if (chosen.length > 0) for (const host of hosts) store.clearFacts(host);
        break;
      case "clear_host_errors":
        if (chosen.length > 0) {
          this.#failed.clear();
          this.#out.clear();
          this.#unreachable.clear();
        }
        break;
      case "reset_connection":
        for (const host of chosen) await connections.drop(host);
        break;
      default:
        break;
    }
    return new Set();
  }
}

/** A task's name as shown: its own, templated as far as that goes, else its module. */
export function taskName(task: Task, host: string, services: RunnerServices): string {
  const written = task.directives.keywords.get("name");
  if (typeof written !== "string" || written === "") return task.writtenModule;
  try {
    return services.censor.text(
      pythonString(services.templar.template(written, services.store.scope(host, task.directives))),
    );
  } catch (error) {
    if (error instanceof ExpressionError) return written;
    throw error;
  }
}

function describeTask(task: Task, name: string): Result {
  return {
    name,
    action: task.writtenModule,
    args: new Map(task.arguments),
    register: task.directives.keywords.get("register") ?? null,
  };
}

function withLabels(result: Result): Result {
  const { results } = result;
  if (!Array.isArray(results)) return result;
  const labelled = results.map((item: unknown) =>
    typeof item === "object" && item !== null && LABEL in item ? { ...item, _ansible_item_label: item[LABEL] } : item,
  );
  return { ...result, results: labelled };
}
