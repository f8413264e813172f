import { shellJoin } from "#inventory/kernel/shell.ts";
import type { OperationContext, OperationPlan } from "../operation.ts";
import { runChange } from "../plan.ts";
import {
  APT_ENVIRONMENT,
  aptFailure,
  aptGet,
  didSomething,
  LISTS_TIME,
  preparedDiff,
  repairInterrupted,
  runAptGet,
  updateLists,
} from "./apt-get.ts";
import { listsAreStale, simulated, updatedLists } from "./packages.ts";
import { withPolicy } from "./service-policy.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Tasks that name no package: fetch the lists, upgrade, remove what is not needed, clean. */
export async function planMaintenance(args: Arguments, context: OperationContext): Promise<OperationPlan> {
  const times = await context.read.run(`${LISTS_TIME}\necho "$(date +%s) $(lists_time)"`);
  const [now = 0, listsTime = 0] = times.stdout.trim().split(" ").map(Number);
  const stale = listsAreStale(args, { now, listsTime });
  const upgrade = upgradeAction(args.upgrade);
  const action = upgrade ?? (args.autoremove === true ? "autoremove" : undefined);
  const lists = { cache_updated: stale, cache_update_time: stale ? now : listsTime };
  if (action === undefined) {
    return planLists(args, context, stale, lists);
  }
  // Without fresh lists nobody can say beforehand; with them apt-get itself is asked.
  if (context.checkMode) return simulated(args, action, [], {}, context);
  if (!stale) {
    const asked = await context.read.run(`${APT_ENVIRONMENT}${shellJoin(aptGet(args, action, [], true))}`);
    if (asked.status === 0 && !didSomething(asked.stdout)) {
      const { stdout, stderr } = asked;
      const told = upgrade === undefined ? { diff: {} } : { msg: stdout };
      return { changes: [], result: { changed: false, ...told, stdout, stderr } };
    }
  }
  const command = aptGet(args, action, [], false);
  const script = `${APT_ENVIRONMENT}${repairInterrupted(args)}${stale ? updateLists(args) : ""}${withPolicy(args, runAptGet(command))}`;
  return {
    changes: [runChange(context, upgrade === undefined ? "Remove packages nothing needs" : "Upgrade packages", script)],
    result: { changed: true },
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { changed: false };
      if (outcome.status !== 0) return aptFailure(command, outcome);
      const stdout = outcome.stdout.replace(/^bdap-lists-.*\n/gm, "");
      const diff = context.wantsDiff ? preparedDiff(stdout) : {};
      const told = upgrade === undefined ? {} : { msg: stdout };
      return { changed: didSomething(stdout), ...told, stdout, stderr: outcome.stderr, diff };
    },
  };
}

function upgradeAction(upgrade: unknown): string | undefined {
  if (upgrade === "dist" || upgrade === "full") return "dist-upgrade";
  return upgrade === "yes" || upgrade === "safe" ? "upgrade" : undefined;
}

function planLists(
  args: Arguments,
  context: OperationContext,
  stale: boolean,
  lists: Readonly<Record<string, unknown>>,
): OperationPlan {
  const cleaning = args.clean === true ? "clean" : args.autoclean === true ? "autoclean" : undefined;
  const result = { changed: stale || args.clean === true, ...lists };
  if (context.checkMode || (!stale && cleaning === undefined)) return { changes: [], result };
  const clean = cleaning === undefined ? "" : `apt-get -y ${cleaning}\n`;
  const title = stale ? "Fetch the package lists" : "Remove package files from the cache";
  return {
    changes: [runChange(context, title, `${APT_ENVIRONMENT}${clean}${stale ? updateLists(args) : ""}`)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { changed: false };
      if (outcome.status !== 0) return aptFailure(["apt-get", "update"], outcome);
      const { stdout, stderr } = outcome;
      // autoclean says what it deletes; clean says nothing.
      if (!stale && args.clean !== true) return { changed: stdout.includes("Del "), stdout, stderr, diff: {} };
      if (!stale) return { changed: true, msg: stdout, stdout, stderr, diff: {} };
      const updated = updatedLists(outcome.stdout);
      return { changed: updated.cache_updated === true || args.clean === true, ...updated };
    },
  };
}
