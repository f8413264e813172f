import pLimit, { type LimitFunction } from "p-limit";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { scopeOf } from "../expression/scope.ts";
import type { Block, Play, PlayNode, Task } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import { tagsAllow } from "../loader/tags.ts";
import type { Handlers } from "./handlers.ts";
import type { HostStates } from "./host-states.ts";
import { runMeta } from "./meta-actions.ts";
import type { Recap } from "./recap.ts";
import type { RoleUses } from "./role-uses.ts";
import type { RunnerServices } from "./services.ts";
import type { StartAtTask } from "./start-at-task.ts";
import { taskName } from "./task-name.ts";
import { type Failures, TaskRound } from "./task-round.ts";

export interface PlayRunnerOptions {
  readonly services: RunnerServices;
  readonly loader: PlaybookLoader;
  readonly play: Play;
  readonly strategy: Strategy;
  readonly handlers: Handlers;
  readonly recap: Recap;
  readonly limit: LimitFunction;
  readonly forks: number;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly states: HostStates;
  readonly roles: RoleUses;
  readonly start: StartAtTask;
  readonly forceHandlers: boolean;
}

/** `linear`: every task on all hosts before the next. `free`: each host at its own pace; `host_pinned`: `forks` of them at a time. */
export type Strategy = "linear" | "free" | "host_pinned";

export interface TaskEnd {
  readonly failed: ReadonlySet<string>;
  readonly error?: ErrorRecord;
}

/** Runs one play on one batch of hosts: sections, blocks with rescue and always, roles, and handlers where they are due. */
export class PlayRunner {
  readonly #options: PlayRunnerOptions;
  readonly #round: TaskRound;

  constructor(options: PlayRunnerOptions) {
    this.#options = options;
    this.#round = new TaskRound(options, (nodes, hosts, isRescuable) => this.#list(nodes, hosts, isRescuable));
  }

  /** `first` is what comes before everything else, on some of the hosts: gathering facts. */
  async run(first: readonly PlayNode[], who: readonly string[]): Promise<void> {
    const { states, strategy, forks, start } = this.#options;
    // A play in which the task to start at does not stand is passed over whole.
    if (!start.isIn(this.#options.play.sections, (task) => this.#nameOf(task))) return;
    if (strategy === "linear") return this.#play(first, who, states.batch);
    const pace = pLimit(strategy === "free" ? Number.POSITIVE_INFINITY : forks);
    const alone = (host: string) => this.#play(first, who.includes(host) ? [host] : [], [host]);
    await Promise.all(states.batch.map((host) => pace(() => alone(host))));
  }

  async #play(first: readonly PlayNode[], who: readonly string[], hosts: readonly string[]): Promise<void> {
    const { states } = this.#options;
    for (const host of await this.#list(first, who, false)) states.failed.add(host);
    await this.#sections(hosts);
  }

  async #sections(hosts: readonly string[]): Promise<void> {
    const { states, handlers, forceHandlers, play } = this.#options;
    const { sections } = play;
    for (const section of sections) {
      const live = states.live(hosts);
      for (const host of await this.#list(section, live, false)) states.failed.add(host);
      if (states.isBroken) return;
      const due = live.filter((host) => !states.isGone(host) && (forceHandlers || !states.failed.has(host)));
      if (section === sections.at(-1)) handlers.resumeAll(due);
      for (const host of await this.#flush(due, false)) states.failed.add(host);
    }
  }

  /** Runs nodes in order; gives the hosts that failed on the way. */
  async #list(nodes: readonly PlayNode[], hosts: readonly string[], isRescuable: boolean): Promise<Failures> {
    const { states } = this.#options;
    const failed: Failures = new Set<string>();
    for (const node of nodes) {
      const live = hosts.filter((host) => !failed.has(host) && !states.isGone(host));
      if (live.length === 0 || states.isBroken) break;
      const more =
        node.type === "block" ? await this.#block(node, live, isRescuable) : await this.#task(node, live, isRescuable);
      for (const host of more) failed.add(host);
    }
    return failed;
  }

  async #block(block: Block, all: readonly string[], isRescuable: boolean): Promise<Failures> {
    const { states, roles } = this.#options;
    const { use } = block;
    const hosts = use === undefined ? all : all.filter((host) => !roles.isDone(use, host));
    const hasRescue = block.rescue.length > 0;
    let failed = await this.#list(block.body, hosts, isRescuable || hasRescue);
    if (hasRescue && failed.size > 0 && !states.isBroken) {
      const rescued = [...failed].filter((host) => !states.isGone(host));
      for (const host of rescued) states.out.delete(host);
      failed = await this.#list(block.rescue, rescued, isRescuable);
    }
    if (block.always.length > 0 && !states.isBroken) {
      const left = hosts.filter((host) => !states.isGone(host));
      for (const host of await this.#list(block.always, left, isRescuable)) failed.add(host);
    }
    if (use !== undefined) for (const host of hosts) if (!failed.has(host)) roles.end(use, host);
    return failed;
  }

  async #task(task: Task, hosts: readonly string[], isRescuable: boolean): Promise<Failures> {
    const { tags, skipTags, services, roles, start } = this.#options;
    if (!task.isHandler && !tagsAllow(this.#tags(task), tags, skipTags)) return new Set();
    services.signal.throwIfAborted();
    const { role } = task.directives;
    if (!task.isHandler && !start.reached(task, this.#nameOf(task))) return new Set();
    const active = role === undefined ? hosts : hosts.filter((host) => !roles.isLeft(task, host));
    if (active.length === 0) return new Set();
    if (task.module !== "ansible.builtin.meta") return this.#round.run(task, active, isRescuable);
    return runMeta(task, active, {
      ...this.#options,
      flush: (due) => this.#flush(due, isRescuable),
    });
  }

  #nameOf(task: Task): string {
    return taskName(task, this.#options.states.batch[0] ?? "", this.#options.services);
  }

  #tags(task: Task): readonly string[] {
    const { services } = this.#options;
    if (!task.directives.tags.some((tag) => tag.includes("{{"))) return task.directives.tags;
    const scope = services.store.playScope() ?? scopeOf({});
    return task.directives.tags.flatMap((tag) => {
      const value = tag.includes("{{") ? services.templar.template(tag, scope) : tag;
      return Array.isArray(value) ? value.map(String) : String(value).split(",");
    });
  }

  /** Runs the handlers owed to `hosts`; gives the hosts that failed in one. */
  async #flush(hosts: readonly string[], isRescuable: boolean): Promise<Failures> {
    const { handlers, services, play, states } = this.#options;
    const failed: Failures = new Set<string>();
    for (const due of handlers.take(hosts)) {
      const live = due.hosts.filter((host) => !failed.has(host) && !states.isGone(host));
      if (live.length === 0 || states.isBroken) continue;
      for (const host of await this.#task(due.task, live, isRescuable)) failed.add(host);
      for (const host of live)
        if (!failed.has(host) && !states.unreachable.has(host))
          await services.emit({ type: "handler-done", play: play.name, handler: due.name, host });
    }
    return failed;
  }
}

/** Whether handlers run on hosts that failed: the play's word, else the configuration's. */
export function forcesHandlers(play: Play, services: RunnerServices): boolean {
  const written = play.directives.keywords.get("force_handlers");
  if (written === undefined || written === null) return services.settings.forceHandlers ?? false;
  return toBool(services.templar.template(written, services.store.playScope() ?? scopeOf({})));
}
