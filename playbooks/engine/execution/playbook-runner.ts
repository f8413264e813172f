import pLimit, { type LimitFunction } from "p-limit";
import { type HostDirectory, selectHosts } from "#inventory/select/patterns.ts";
import { engineErrors } from "../errors.ts";
import { pythonString, toPlain } from "../expression/values.ts";
import type { Play } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import { placeText } from "../loader/problems.ts";
import type { PlaybookOutcome, PlaybookRun } from "../run.ts";
import { omit } from "../variables/omit.ts";
import { batchesOf, ordered } from "./batches.ts";
import { gatheringTask, hostsToGather } from "./gathering.ts";
import { Handlers } from "./handlers.ts";
import { HostStates } from "./host-states.ts";
import { forcesHandlers, PlayRunner, type Strategy } from "./play-runner.ts";
import { Recap } from "./recap.ts";
import { RoleUses } from "./role-uses.ts";
import type { RunnerServices } from "./services.ts";
import { StartAtTask } from "./start-at-task.ts";
import { taskName, unusableHandler } from "./task-name.ts";
import { readVariableFilesOf } from "./variable-files.ts";
import { askForVariables } from "./variable-prompts.ts";

/** One run: its plays one after another, each in its batches. */
export class PlaybookRunner {
  readonly #run: PlaybookRun;
  readonly #services: RunnerServices;
  readonly #loader: PlaybookLoader;
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #recap = new Recap();
  readonly #failed = new Set<string>();
  readonly #unreachable = new Set<string>();
  /** Of the last batch, those that only the plays that follow would have counted as failed. */
  #condemned: ReadonlySet<string> = new Set();
  readonly #limit: LimitFunction;
  readonly #start: StartAtTask;

  constructor(
    run: PlaybookRun,
    services: RunnerServices,
    loader: PlaybookLoader,
    allowed: ReadonlySet<string> | undefined,
  ) {
    this.#run = run;
    this.#services = services;
    this.#loader = loader;
    this.#allowed = allowed;
    this.#start = new StartAtTask(services.settings.startAtTask);
    this.#limit = pLimit(Math.max(1, run.forks));
  }

  async run(plays: readonly Play[]): Promise<PlaybookOutcome> {
    const { emit, statistics, censor } = this.#services;
    await emit({ type: "playbook-start", playbook: this.#run.playbook });
    let isBroken = false;
    for (const play of plays) {
      const end = await this.#play(play);
      isBroken = end === "broken";
      if (end !== "done") break;
    }
    const hosts = this.#recap.hosts();
    const custom = statistics.isEmpty
      ? {}
      : {
          custom: {
            run: censor.value(toPlain(statistics.run())) as Record<string, unknown>,
            hosts: censor.value(toPlain(statistics.hosts())) as Record<string, Record<string, unknown>>,
          },
        };
    await emit({ type: "recap", hosts, ...custom });
    const exitCode = isBroken
      ? 2
      : this.#unreachable.size > 0
        ? 4
        : [...this.#failed].some((host) => !this.#condemned.has(host))
          ? 2
          : 0;
    return { hosts, exitCode };
  }

  /** `stopped` and `broken` end the run: a whole batch is lost, or more than `max_fail_percentage` allows. */
  async #play(written: Play): Promise<"done" | "stopped" | "broken"> {
    const { store, emit, templar, modes } = this.#services;
    const answers = new Map<string, unknown>();
    // Roles may add to these while the play runs.
    const asking: Play = { ...written, roles: [...written.roles], answers };
    for (const [name, value] of await askForVariables(asking, this.#services)) answers.set(name, value);
    const known = store.playScope(asking);
    const keyword = (name: string) => {
      const value = templar.template(asking.directives.keywords.get(name) ?? null, known);
      return value === omit ? null : value;
    };
    const name =
      typeof asking.name === "string" && asking.name.includes("{{")
        ? pythonString(templar.template(asking.name, known))
        : asking.name;
    const play: Play = { ...asking, name };
    const hosts = await this.#hosts(templar.template(play.hosts, known));
    const batches = batchesOf(play, ordered(hosts, keyword("order"), play), keyword("serial"));
    const checkMode = modes.check ? { checkMode: true } : {};
    if (batches.length === 0) {
      await emit({ type: "play-start", play: play.name, hosts: [], ...checkMode });
      await emit({ type: "no-hosts-matched", play: play.name });
    }
    let end: "done" | "stopped" | "broken" = "done";
    for (const batch of batches) {
      const before = this.#failed.size + this.#unreachable.size;
      await emit({ type: "play-start", play: play.name, hosts: batch, ...checkMode });
      const states = await this.#batch(play, hosts, batch);
      this.#note(states);
      const lost = this.#failed.size + this.#unreachable.size - before;
      if (states.isBroken) end = "broken";
      else if (!states.endsPlay && lost === batch.length) end = "stopped";
      if (states.endsPlay || lost === batch.length) break;
    }
    await emit({ type: "play-end", play: play.name });
    store.clearPlay();
    return end;
  }

  /** The hosts of a pattern that may be used; a part of it that matches nothing is told, or refused. */
  async #hosts(pattern: unknown): Promise<string[]> {
    const directory: HostDirectory = this.#services.store.directory();
    const parts = Array.isArray(pattern) ? pattern.map(pythonString) : [pythonString(pattern)];
    const { hosts, unmatched } = selectHosts(directory, parts);
    for (const part of unmatched) {
      const message = `Could not match supplied host pattern, ignoring: ${part}`;
      if (this.#services.settings.patternMismatch === "error") throw engineErrors.patternUnmatched(message);
      if (this.#services.settings.patternMismatch !== "ignore") await this.#services.emit({ type: "warning", message });
    }
    return hosts.filter((host) => this.#allowed === undefined || this.#allowed.has(host));
  }

  async #batch(play: Play, all: readonly string[], batch: readonly string[]): Promise<HostStates> {
    const services = this.#services;
    const [first = ""] = batch;
    const states = new HostStates(batch, { failed: this.#failed, unreachable: this.#unreachable });
    const allHosts = [...all];
    services.store.enterPlay({
      play,
      allHosts,
      batch,
      meet: (host) => {
        if (!allHosts.includes(host)) allHosts.push(host);
      },
      refresh: async () => {
        const known = services.store.playScope(play);
        const fresh = await this.#hosts(services.templar.template(play.hosts, known));
        allHosts.splice(0, allHosts.length, ...fresh);
      },
      remaining: () => states.remaining(),
      failed: () => batch.filter((host) => states.failed.has(host) || states.out.has(host)),
      removed: () => {
        const remaining = new Set(states.remaining());
        const here = batch.filter((host) => !remaining.has(host));
        return [...here, ...this.#failed, ...this.#unreachable];
      },
    });
    await readVariableFilesOf(play, batch, services);
    const handlers = new Handlers(
      play.handlers,
      (task) => taskName(task, first, services),
      (task) => unusableHandler(task, first, services),
    );
    for (const owed of this.#run.pendingHandlers ?? [])
      if (owed.play === play.name && batch.includes(owed.host)) handlers.carry(owed.handler, owed.host);
    const runner = new PlayRunner({
      services,
      loader: this.#loader,
      play,
      strategy: strategyOf(play, services),
      handlers,
      recap: this.#recap,
      limit: this.#limit,
      forks: Math.max(1, this.#run.forks),
      tags: this.#run.tags ?? [],
      skipTags: this.#run.skipTags ?? [],
      states,
      roles: new RoleUses(),
      start: this.#start,
      forceHandlers: forcesHandlers(play, services),
    });
    await runner.run([gatheringTask(play)], hostsToGather(play, states.live(batch), services));
    return states;
  }

  /** Who is lost from now on. */
  #note(states: HostStates): void {
    this.#condemned = new Set([...states.condemned].filter((host) => !states.failed.has(host)));
    for (const host of states.batch) {
      const isFailed = states.failed.has(host) && !states.forgiven.has(host);
      if (isFailed || states.condemned.has(host)) this.#failed.add(host);
      else this.#failed.delete(host);
      if (states.unreachable.has(host)) this.#unreachable.add(host);
      else this.#unreachable.delete(host);
    }
  }
}

function strategyOf(play: Play, services: RunnerServices): Strategy {
  const written = play.directives.keywords.get("strategy") ?? services.settings.strategy ?? "linear";
  const name = pythonString(services.templar.template(written, services.store.playScope())).replace(
    /^ansible\.(?:builtin|legacy)\./,
    "",
  );
  if (name === "free" || name === "host_pinned" || name === "linear") return name;
  if (name === "debug") return "linear";
  throw engineErrors.badKeyword(
    "strategy",
    placeText(play.directives.place),
    `Invalid play strategy specified: ${name}`,
  );
}
