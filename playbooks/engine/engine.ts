import { userInfo } from "node:os";
import { dirname } from "node:path";
import { selectLimit } from "#inventory/select/patterns.ts";
import { engineErrors } from "./errors.ts";
import type { EngineEvent } from "./events.ts";
import { BackgroundJobs } from "./execution/background-jobs.ts";
import { Censor } from "./execution/censor.ts";
import { Connections } from "./execution/connections.ts";
import { CustomStatistics } from "./execution/custom-statistics.ts";
import { PlaybookRunner } from "./execution/playbook-runner.ts";
import type { RunnerServices } from "./execution/services.ts";
import { ForeignRunner } from "./foreign-modules/foreign-call.ts";
import { openPlaybook } from "./open-playbook.ts";
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
  const { vault, templar, inventory, readInventory, modules, settings, loader, plays } = await openPlaybook(run);
  const limit = run.limitedTo ?? (run.limit === undefined ? undefined : selectLimit(inventory, run.limit));
  const store = await VariableStore.open({
    inventory,
    templar,
    vault,
    extraVariables: run.extraVariables,
    playbookFolder: dirname(run.playbook),
    constants: magicConstants(run, inventory),
    hashBehaviour: settings.hashBehaviour ?? "replace",
    injectFacts: settings.injectFacts ?? true,
    factCache: settings.factCache,
    inventorySettings: run.inventorySettings,
    keywords: settings.keywords ?? {},
    reload: readInventory,
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
    isWritten: (text) => loader.isWritten(text),
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
