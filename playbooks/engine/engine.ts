import { userInfo } from "node:os";
import { dirname } from "node:path";
import pLimit from "p-limit";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import { readVariableFile } from "#inventory/loader/variable-files.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { type HostDirectory, selectHosts, selectLimit } from "#inventory/select/patterns.ts";
import { operations } from "../operations/registry.ts";
import { findLocalFile } from "./actions/local-files.ts";
import { engineErrors } from "./errors.ts";
import type { EngineEvent } from "./events.ts";
import { batchesOf, ordered } from "./execution/batches.ts";
import { Censor } from "./execution/censor.ts";
import { Connections } from "./execution/connections.ts";
import { Handlers } from "./execution/handlers.ts";
import { PlayRunner, taskName } from "./execution/play-runner.ts";
import { Recap } from "./execution/recap.ts";
import type { RunnerServices } from "./execution/task-runner.ts";
import { UndefinedError } from "./expression/errors.ts";
import { toBool } from "./expression/filters/numbers.ts";
import { type Scope, scopeOf } from "./expression/scope.ts";
import { Templar } from "./expression/templar.ts";
import { pythonString } from "./expression/values.ts";
import { ForeignRunner } from "./foreign-modules/foreign-call.ts";
import { ForeignModules } from "./foreign-modules/foreign-modules.ts";
import { moduleFolders } from "./foreign-modules/module-folders.ts";
import { ModuleTable } from "./loader/module-table.ts";
import type { Play, Task } from "./loader/nodes.ts";
import { PlaybookLoader } from "./loader/playbook-loader.ts";
import type { PlaybookOutcome, PlaybookRun } from "./run.ts";
import { magicConstants } from "./variables/magic-constants.ts";
import { VariableStore } from "./variables/variable-store.ts";

/**
 * Runs a playbook on the hosts of an inventory with this engine, telling everything by events. Rejects with an ApplianceError
 * before any host is touched when files are wrong (`PLAYBOOKS_UNKNOWN_KEYWORD`, `…_UNKNOWN_MODULE`, `…_UNKNOWN_ROLE`,
 * `…_KEYWORD_NOT_SUPPORTED`, `…_MALFORMED`, `…_FILE_NOT_FOUND`, `INVENTORY_…`), and with `PLAYBOOKS_RUN_CANCELLED` when the
 * signal is raised. What happens on hosts is no rejection: it is in the events, the recap and the exit code.
 */
export async function runPlaybook(run: PlaybookRun): Promise<PlaybookOutcome> {
  const vault = new VaultValues(run.vaultPassword);
  const templar = new Templar({ decrypt: vault.text, environment: run.environment ?? {} });
  const inventory = await loadInventory(run.inventory, vault);
  const modules = new ModuleTable(operations, new ForeignModules(run.modules ?? moduleFolders(run.environment ?? {})));
  const extraScope = rawScope(run.extraVariables, templar);
  const loader = new PlaybookLoader({
    playbook: run.playbook,
    rolesPath: run.rolesPath,
    modules,
    vault,
    templar,
    scope: extraScope,
  });
  const plays = await loader.load();
  const limit = run.limit === undefined ? undefined : selectLimit(inventory, run.limit);
  const store = await VariableStore.open({
    inventory,
    templar,
    vault,
    extraVariables: run.extraVariables,
    playbookFolder: dirname(run.playbook),
    constants: magicConstants(run, inventory),
  });
  const censor = new Censor();
  censor.learn(run.extraVariables);
  const connections = new Connections(run, userInfo().username);
  const modes = { check: run.check, diff: run.diff };
  const foreign = new ForeignRunner();
  const { signal } = run;
  const services: RunnerServices = { store, templar, modules, foreign, connections, censor, vault, modes, signal };
  const engine = new Engine(run, services, loader, limit);
  try {
    return await engine.run(plays);
  } catch (error) {
    if (run.signal.aborted) throw engineErrors.cancelled();
    throw error;
  } finally {
    await foreign.close();
    await connections.close();
  }
}

function rawScope(values: Readonly<Record<string, unknown>>, templar: Templar): Scope {
  const raw = scopeOf(values);
  const scope: Scope = {
    get: (name) => {
      const value = raw.get(name);
      return value === undefined ? undefined : templar.resolve(value, scope);
    },
  };
  return scope;
}

/** One run: its plays one after another. */
class Engine {
  readonly #run: PlaybookRun;
  readonly #services: RunnerServices;
  readonly #loader: PlaybookLoader;
  readonly #allowed: ReadonlySet<string> | undefined;
  readonly #recap = new Recap();
  readonly #lost = new Set<string>();
  readonly #limit;
  #events: Promise<void> = Promise.resolve();

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
    this.#limit = pLimit(Math.max(1, run.forks));
  }

  /** Events go out one at a time, and whoever makes them waits for whoever takes them. */
  #emit = (event: EngineEvent): Promise<void> => {
    const told = this.#events.then(() => this.#run.onEvent(event));
    this.#events = told.catch(() => undefined);
    return told;
  };

  async run(plays: readonly Play[]): Promise<PlaybookOutcome> {
    for (const play of plays) if (await this.#play(play)) break;
    const hosts = this.#recap.hosts();
    await this.#emit({ type: "recap", hosts });
    return { hosts, exitCode: this.#recap.exitCode() };
  }

  /** Whether the run ends with this play. */
  async #play(written: Play): Promise<boolean> {
    // Roles may add to these while the play runs.
    const play: Play = { ...written, roles: [...written.roles] };
    const { store, templar } = this.#services;
    const known = this.#playScope(play);
    const hosts = this.#hosts(templar.template(play.hosts, known));
    const keyword = (name: string) => templar.template(play.directives.keywords.get(name) ?? null, known);
    const batches = batchesOf(play, ordered(hosts, keyword("order"), play), keyword("serial"));
    if (batches.length === 0) await this.#emit({ type: "play-start", play: play.name, hosts: [] });
    for (const batch of batches) {
      const before = this.#lost.size;
      const isStopped = await this.#batch(play, hosts, batch);
      if (isStopped || this.#lost.size - before >= batch.length) {
        await this.#emit({ type: "play-end", play: play.name });
        return true;
      }
    }
    await this.#emit({ type: "play-end", play: play.name });
    store.clearPlay();
    return false;
  }

  #hosts(pattern: unknown): string[] {
    const directory: HostDirectory = this.#services.store.directory();
    const parts = Array.isArray(pattern) ? pattern.map(pythonString) : [pythonString(pattern)];
    const { hosts } = selectHosts(directory, parts);
    return hosts.filter((host) => !this.#lost.has(host) && (this.#allowed === undefined || this.#allowed.has(host)));
  }

  /** What a play's own keywords see: extra variables and its own. */
  #playScope(play: Play): Scope {
    const { templar } = this.#services;
    const extra = scopeOf(this.#run.extraVariables);
    const own = play.directives.keywords.get("vars");
    const groups = this.#services.store.directory();
    const scope: Scope = {
      get: (name) => {
        const value = extra.get(name) ?? (own instanceof Map ? own.get(name) : undefined);
        if (value !== undefined) return templar.resolve(value, scope);
        return name === "groups" ? groups.groups : undefined;
      },
    };
    return scope;
  }

  async #batch(play: Play, all: readonly string[], batch: readonly string[]): Promise<boolean> {
    const services = this.#services;
    const [first = ""] = batch;
    const handlers = new Handlers(play.handlers, (task) => taskName(task, first, services));
    const runner = new PlayRunner({
      services,
      loader: this.#loader,
      play,
      handlers,
      recap: this.#recap,
      limit: this.#limit,
      tags: this.#run.tags ?? [],
      skipTags: this.#run.skipTags ?? [],
      batch,
      emit: this.#emit,
    });
    services.store.enterPlay({ play, allHosts: all, batch, remaining: () => runner.remaining() });
    await this.#readFiles(play, batch);
    for (const owed of this.#run.pendingHandlers ?? [])
      if (owed.play === play.name && batch.includes(owed.host)) handlers.carry(owed.handler, owed.host);
    await this.#emit({ type: "play-start", play: play.name, hosts: batch });
    await runner.run(this.#gathering(play));
    for (const host of [...runner.failed, ...runner.unreachable]) this.#lost.add(host);
    return runner.isStopped;
  }

  #gathering(play: Play): Task[] {
    const { templar } = this.#services;
    const written = play.directives.keywords.get("gather_facts");
    if (written !== undefined && written !== null && !toBool(templar.template(written, this.#playScope(play))))
      return [];
    const subset = play.directives.keywords.get("gather_subset");
    return [
      {
        type: "task",
        directives: {
          keywords: new Map<string, unknown>([["name", "Gathering Facts"]]),
          place: play.directives.place,
          outer: play.directives,
          role: undefined,
          folder: play.folder,
          tags: [...play.directives.tags, "always"],
        },
        module: "ansible.builtin.setup",
        writtenModule: "ansible.builtin.setup",
        arguments: new Map(subset === undefined ? [] : [["gather_subset", subset]]),
        argumentsTemplate: undefined,
        loop: undefined,
        step: `${play.step}/gather-facts`,
        isHandler: false,
      },
    ];
  }

  /** `vars_files`, per host: their names may be templates; of a list the first that exists counts. */
  async #readFiles(play: Play, hosts: readonly string[]): Promise<void> {
    const { store, templar, vault } = this.#services;
    const written = play.directives.keywords.get("vars_files");
    const files: readonly unknown[] = Array.isArray(written)
      ? written
      : written === undefined || written === null
        ? []
        : [written];
    if (files.length === 0) return;
    for (const host of hosts) {
      const scope = store.scope(host, play.directives);
      const variables = new Map<string, unknown>();
      for (const entry of files) {
        const candidates = Array.isArray(entry) ? entry : [entry];
        const names = candidates.flatMap((candidate) => {
          try {
            return [pythonString(templar.template(candidate, scope))];
          } catch (error) {
            if (error instanceof UndefinedError) return [];
            throw error;
          }
        });
        const path = names.map((name) => findLocalFile(name, "vars", scope)).find((found) => found !== undefined);
        if (path === undefined && names.length > 0)
          throw engineErrors.badKeyword(
            "vars_files",
            play.directives.place.file,
            `could not find ${names.join(" or ")}`,
          );
        if (path !== undefined)
          for (const [name, value] of await readVariableFile(path, vault)) variables.set(name, value);
      }
      store.setFiles(host, variables);
    }
  }
}
