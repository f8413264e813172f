import { userInfo } from "node:os";
import { dirname } from "node:path";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { selectLimit } from "#inventory/select/patterns.ts";
import { operations } from "../operations/registry.ts";
import { engineErrors } from "./errors.ts";
import type { EngineEvent } from "./events.ts";
import { BackgroundJobs } from "./execution/background-jobs.ts";
import { Censor } from "./execution/censor.ts";
import { Connections } from "./execution/connections.ts";
import { CustomStatistics } from "./execution/custom-statistics.ts";
import { PlaybookRunner } from "./execution/playbook-runner.ts";
import type { RunnerServices } from "./execution/services.ts";
import { type Scope, scopeOf } from "./expression/scope.ts";
import { Templar } from "./expression/templar.ts";
import { ForeignRunner } from "./foreign-modules/foreign-call.ts";
import { ForeignModules } from "./foreign-modules/foreign-modules.ts";
import { moduleFolders } from "./foreign-modules/module-folders.ts";
import { ModuleTable } from "./loader/module-table.ts";
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
  const settings = run.settings ?? {};
  const loader = new PlaybookLoader({
    playbook: run.playbook,
    ...(run.playbookText === undefined ? {} : { texts: new Map([[run.playbook, run.playbookText]]) }),
    rolesPath: run.rolesPath,
    collectionsPath: settings.collectionsPath ?? [],
    settings,
    modules,
    vault,
    templar,
    scope: rawScope(run.extraVariables, templar),
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
    hashBehaviour: settings.hashBehaviour ?? "replace",
    injectFacts: settings.injectFacts ?? true,
    keywords: settings.keywords ?? {},
    reload: () => loadInventory(run.inventory, vault),
  });
  const censor = new Censor();
  censor.learn(run.extraVariables);
  const connections = new Connections(run, userInfo().username);
  const foreign = new ForeignRunner();
  const services: RunnerServices = {
    store,
    templar,
    modules,
    foreign,
    connections,
    jobs: new BackgroundJobs(),
    censor,
    vault,
    modes: { check: run.check, diff: run.diff },
    settings,
    verbosity: run.verbosity ?? 0,
    statistics: new CustomStatistics(),
    signal: run.signal,
    prompt: run.prompt?.bind(run),
    emit: inOrder((event) => run.onEvent(event)),
  };
  try {
    return await new PlaybookRunner(run, services, loader, limit).run(plays);
  } catch (error) {
    if (run.signal.aborted) throw engineErrors.cancelled();
    throw error;
  } finally {
    await foreign.close();
    await connections.close();
  }
}

/** Events go out one at a time, and whoever makes them waits for whoever takes them. */
function inOrder(take: (event: EngineEvent) => void | Promise<void>): (event: EngineEvent) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (event) => {
    const told = last.then(() => take(event));
    last = told.catch(() => undefined);
    return told;
  };
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
