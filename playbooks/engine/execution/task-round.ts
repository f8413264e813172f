import pLimit, { type LimitFunction } from "p-limit";
import { engineErrors } from "../errors.ts";
import type { TaskStatus } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { numeric, pythonRepr, pythonString } from "../expression/values.ts";
import { nearest, type Play, type PlayNode, type Task } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import { placeText } from "../loader/problems.ts";
import { omit } from "../variables/omit.ts";
import type { Handlers } from "./handlers.ts";
import type { HostStates } from "./host-states.ts";
import { Includes } from "./includes.ts";
import type { Strategy } from "./play-runner.ts";
import type { Recap } from "./recap.ts";
import type { RoleUses } from "./role-uses.ts";
import type { RunnerServices } from "./services.ts";
import { taskName, taskReference } from "./task-name.ts";
import { TaskReports } from "./task-reports.ts";
import { type TaskOutcome, TaskRunner } from "./task-runner.ts";

/** Actions that run for one host of the batch and count for all. */
const ONCE: readonly string[] = ["ansible.builtin.add_host", "ansible.builtin.pause"];

/** Hosts that failed on the way. */
export type Failures = Set<string>;

export interface RoundOptions {
  readonly services: RunnerServices;
  readonly loader: PlaybookLoader;
  readonly play: Play;
  readonly strategy: Strategy;
  readonly handlers: Handlers;
  readonly recap: Recap;
  readonly limit: LimitFunction;
  readonly states: HostStates;
  readonly roles: RoleUses;
}

export type RunNodes = (
  nodes: readonly PlayNode[],
  hosts: readonly string[],
  isRescuable: boolean,
) => Promise<Failures>;

/** One task on a set of hosts: who runs it, what its results mean for the others, and what it includes. */
export class TaskRound {
  readonly #options: RoundOptions;
  readonly #runner: TaskRunner;
  readonly #includes: Includes;
  readonly #reports: TaskReports;
  readonly #run: RunNodes;
  readonly #throttles = new Map<string, LimitFunction>();
  #isStepping = true;

  constructor(options: RoundOptions, run: RunNodes) {
    this.#options = options;
    this.#run = run;
    this.#runner = new TaskRunner(options.services);
    this.#includes = new Includes(options.loader, options.play, options.handlers);
    this.#reports = new TaskReports(options);
  }

  /** Runs a task and what it includes; gives the hosts that failed. */
  async run(task: Task, hosts: readonly string[], isRescuable: boolean): Promise<Failures> {
    const { services, strategy, limit, play, states } = this.#options;
    const [first = ""] = hosts;
    const name = taskName(task, first, services);
    if (!(await this.#mayStep(name))) return new Set();
    const isOnce = await this.#isOnce(task, first, strategy);
    const chosen = isOnce ? [first] : hosts;
    const reference = taskReference(task, play.name, name);
    await services.emit({ type: "task-start", ...reference, ...(services.modes.check ? { checkMode: true } : {}) });
    const own = this.#throttle(task, first);
    const failed: Failures = new Set();
    const inclusions: { readonly outcome: TaskOutcome; readonly hosts: readonly string[] }[] = [];
    await Promise.all(
      chosen.map((host) => {
        const work = () =>
          limit(async () => {
            if (services.signal.aborted) throw engineErrors.cancelled();
            const sharedBy = isOnce ? hosts : [host];
            const outcome = await this.#runner.run(task, host, play, reference, (names) =>
              this.#intend(task, host, names),
            );
            if (isOnce) this.#share(task, outcome);
            await this.#settle(task, outcome, { isRescuable, failed, sharedBy });
            // Of an include, "once" means that only this host gets what is included.
            if (outcome.inclusions.length > 0) inclusions.push({ outcome, hosts: [host] });
          });
        return own === undefined ? work() : own(work);
      }),
    );
    inclusions.sort((a, b) => hosts.indexOf(a.outcome.host) - hosts.indexOf(b.outcome.host));
    const ready = await this.#included(task, inclusions, failed, isRescuable);
    const lost = chosen.filter((host) => states.unreachable.has(host));
    const isFatal = (isOnce || this.#isAnyFatal(task, first)) && !this.#flag(task, "ignore_errors", first);
    // What the included tasks do is theirs; what this one did decides for all before they run.
    if (strategy === "linear" && isFatal && failed.size + lost.length > 0) this.#failAll(failed, hosts, isRescuable);
    this.#checkPercentage(failed, hosts);
    if (states.isBroken) {
      await services.emit({ type: "no-hosts-remaining", play: play.name });
      return failed;
    }
    for (const { nodes, hosts: asked } of ready) {
      const own = hosts.filter((host) => asked.includes(host) && !failed.has(host) && !states.isGone(host));
      if (own.length === 0) continue;
      for (const host of await this.#run(nodes, own, isRescuable)) failed.add(host);
    }
    return failed;
  }

  async #mayStep(name: string): Promise<boolean> {
    const { settings } = this.#options.services;
    if (settings.step === undefined || !this.#isStepping) return true;
    const answer = await settings.step(name);
    if (answer === "continue") this.#isStepping = false;
    return answer !== "no";
  }

  async #isOnce(task: Task, host: string, strategy: Strategy): Promise<boolean> {
    const isForAll = ONCE.includes(task.module);
    const isAsked = this.#flag(task, "run_once", host);
    if (strategy === "linear") return isForAll || isAsked;
    if (isForAll)
      throw engineErrors.badKeyword(
        "strategy",
        placeText(task.directives.place),
        `The '${task.writtenModule}' module bypasses the host loop, which is currently not supported in the free strategy and would instead execute for every host in the inventory list.`,
      );
    if (isAsked)
      await this.#options.services.emit({
        type: "warning",
        message:
          "Using run_once with the free strategy is not currently supported. This task will still be executed for every host in the inventory list.",
      });
    return false;
  }

  #throttle(task: Task, host: string): LimitFunction | undefined {
    const { services } = this.#options;
    const written = nearest(task.directives, "throttle");
    if (written === undefined || written === null) return undefined;
    const refuse = (why: string) =>
      engineErrors.badKeyword(
        "throttle",
        placeText(task.directives.place),
        `Failed to convert the throttle value to an integer: ${why}`,
      );
    let value: unknown;
    try {
      value = services.templar.template(written, services.store.scope(host, task.directives));
    } catch (error) {
      if (error instanceof ExpressionError) throw refuse(error.message);
      throw error;
    }
    if (value === omit) return undefined;
    const most = numeric(value) ?? Number(pythonString(value).trim());
    if (!Number.isInteger(most)) throw refuse(`invalid literal for int() with base 10: ${pythonRepr(value)}`);
    if (most <= 0) return undefined;
    // Hosts that go at their own pace meet at the same task.
    const known = this.#throttles.get(task.step) ?? pLimit(most);
    this.#throttles.set(task.step, known);
    return known;
  }

  /** A keyword that decides for all hosts, worked out for the first. */
  #flag(task: Task, keyword: string, host: string): boolean {
    const written = nearest(task.directives, keyword);
    if (written === undefined || written === null) return false;
    if (typeof written === "boolean") return written;
    const { templar, store } = this.#options.services;
    return toBool(templar.template(written, store.scope(host, task.directives)));
  }

  #isAnyFatal(task: Task, host: string): boolean {
    const written = nearest(task.directives, "any_errors_fatal");
    if (written === undefined || written === null) return this.#options.services.settings.anyErrorsFatal ?? false;
    return this.#flag(task, "any_errors_fatal", host);
  }

  #failAll(failed: Failures, hosts: readonly string[], isRescuable: boolean): void {
    const { states } = this.#options;
    for (const host of hosts) {
      if (states.isGone(host)) continue;
      if (!failed.has(host)) states.condemned.add(host);
      failed.add(host);
      if (!isRescuable) states.out.add(host);
    }
  }

  /** `max_fail_percentage` counts the hosts of the batch that are out for good. */
  #checkPercentage(failed: Failures, hosts: readonly string[]): void {
    const { play, states, services, strategy } = this.#options;
    const written = play.directives.keywords.get("max_fail_percentage");
    if (written === undefined || written === null || strategy !== "linear") return;
    const value = services.templar.template(written, services.store.playScope());
    const allowed = Number(numeric(value) ?? pythonString(value));
    const count = states.batch.filter((host) => states.out.has(host) || states.failed.has(host)).length;
    if (count / states.batch.length <= allowed / 100) return;
    for (const host of hosts) if (!states.isGone(host)) failed.add(host);
    for (const host of states.batch) if (!states.unreachable.has(host)) states.failed.add(host);
    states.isBroken = true;
  }

  async #settle(
    task: Task,
    outcome: TaskOutcome,
    round: { readonly isRescuable: boolean; readonly failed: Failures; readonly sharedBy: readonly string[] },
  ): Promise<void> {
    const { services, recap, states, roles } = this.#options;
    const { host } = outcome;
    let status: TaskStatus = outcome.status;
    if (status === "failed") {
      for (const other of round.sharedBy) if (!states.isGone(other)) round.failed.add(other);
      if (round.isRescuable) {
        status = "rescued";
        services.store.keep(host, "ansible_failed_task", this.#reports.describe(task, outcome));
        services.store.keep(host, "ansible_failed_result", outcome.result);
      } else for (const other of round.sharedBy) states.out.add(other);
    }
    if (status === "unreachable" || status === "unknown") states.unreachable.add(host);
    if (status !== "skipped" && status !== "unreachable") roles.ran(task, host);
    // A task that includes is counted when what it includes is there.
    if (outcome.inclusions.length === 0) recap.count(host, status, outcome.changed);
    // First what it leads to: killed after the result was told, a run would owe handlers that nobody knows of.
    await this.#notify(task, outcome);
    if (outcome.inclusions.length === 0 || outcome.isLooped) await this.#reports.result(outcome, status);
  }

  /** Tells what `host` will be owed if the change that is about to be made is made. */
  async #intend(task: Task, host: string, names: readonly string[]): Promise<void> {
    const { handlers, services, play } = this.#options;
    for (const handler of new Set(names.flatMap((name) => handlers.named(name))))
      await services.emit({ type: "handler-intended", play: play.name, step: task.step, handler, host });
  }

  /** What one host did for all of the batch: its results are theirs too, also of those that do not take part here. */
  #share(task: Task, outcome: TaskOutcome): void {
    const { services, states } = this.#options;
    const { store } = services;
    const register = task.directives.keywords.get("register");
    for (const host of states.batch) {
      if (host === outcome.host || states.unreachable.has(host)) continue;
      if (typeof register === "string") store.keep(host, register, outcome.result);
      outcome.shareFacts(host);
    }
  }

  async #notify(task: Task, outcome: TaskOutcome): Promise<void> {
    const { handlers, services, play } = this.#options;
    const { host, status, changed } = outcome;
    // Whether a task whose connection was lost changed anything nobody knows: its handlers run once the host is back.
    const isOwed =
      status === "unknown" || (changed && status !== "failed" && status !== "unreachable" && status !== "ignored");
    if (!isOwed && !(status === "ok" && handlers.carries(host))) return;
    const names = outcome.notifies();
    if (names.length > 0)
      for (const message of handlers.complaints()) await services.emit({ type: "warning", message });
    for (const name of names) {
      if (!isOwed) {
        handlers.resume(name, host);
        continue;
      }
      const found = handlers.notify(name, host);
      if (found.length === 0) {
        if (services.settings.errorOnMissingHandler ?? true)
          throw engineErrors.unknownHandler(name, placeText(task.directives.place));
        const message = `The requested handler '${name}' was not found in either the main handlers list nor in the listening handlers list`;
        await services.emit({ type: "warning", message });
      }
      for (const handler of found) await services.emit({ type: "handler-notified", play: play.name, handler, host });
    }
  }

  /** Loads what was included: each file once, for the hosts that asked for it, in the order asked for. */
  async #included(
    task: Task,
    inclusions: readonly { readonly outcome: TaskOutcome; readonly hosts: readonly string[] }[],
    failed: Failures,
    isRescuable: boolean,
  ): Promise<readonly { readonly nodes: readonly PlayNode[]; readonly hosts: readonly string[] }[]> {
    const { services, play, recap, states } = this.#options;
    if (inclusions.length === 0) return [];
    const wanted = inclusions.flatMap(({ outcome, hosts: own }) =>
      outcome.inclusions.map((inclusion) => ({ inclusion, outcome, hosts: own })),
    );
    const ready: { readonly nodes: readonly PlayNode[]; readonly hosts: readonly string[] }[] = [];
    for (const include of await this.#includes.prepare(task, wanted)) {
      const reference = taskReference(task, play.name, taskName(task, include.outcome.host, services));
      if ("problem" in include) {
        for (const host of include.hosts) {
          recap.count(host, isRescuable ? "rescued" : "failed", false);
          failed.add(host);
          if (!isRescuable) states.out.add(host);
          await this.#reports.failedInclude(include.outcome, host, include.problem);
        }
        continue;
      }
      for (const host of include.hosts) recap.count(host, "ok", false);
      const item = include.item === undefined ? {} : { item: services.censor.value(include.item) };
      await services.emit({ type: "include", ...reference, included: include.path, hosts: include.hosts, ...item });
      if (include.node !== undefined) ready.push({ nodes: [include.node], hosts: include.hosts });
    }
    return ready;
  }
}
