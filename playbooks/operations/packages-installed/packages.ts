import { shellJoin } from "#inventory/kernel/shell.ts";
import type { ModuleResult, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import {
  APT_ENVIRONMENT,
  aptFailure,
  aptGet,
  didSomething,
  preparedDiff,
  repairInterrupted,
  runAptGet,
  updateLists,
} from "./apt-get.ts";
import { type Availability, availabilityOf, expandPatterns } from "./availability.ts";
import { type HostPackages, type PackageWish, parseWish, readPackages } from "./host-packages.ts";
import { withPolicy } from "./service-policy.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Packages by name are installed, newest, or removed. */
export async function planPackages(
  args: Arguments,
  names: readonly string[],
  context: OperationContext,
): Promise<OperationPlan> {
  const state = String(args.state);
  if (state === "build-dep") return planBuildDependencies(args, names, context);
  const removing = state === "absent";
  const expanded = await expandPatterns(names.map(parseWish), context);
  if (typeof expanded === "string") {
    return failing(expanded);
  }
  const wishes = expanded;
  const host = await readPackages(
    wishes,
    { latest: state === "latest", removing, purge: args.purge === true },
    context,
  );
  if (typeof host === "string") return failing(host);
  const stale = listsAreStale(args, host);
  const lists = stale ? { cache_updated: true, cache_update_time: host.now } : freshLists(host);
  const update = stale && !context.checkMode;
  const fresh = removing || update || args.only_upgrade === true;
  const available: Availability = fresh ? { provided: new Set() } : await availabilityOf(wishes, host, context);
  if (available.failure !== undefined)
    return { changes: [], result: { changed: false, ...lists, failed: true, msg: available.failure } };
  const todo = removing
    ? toRemove(wishes, host, args.purge === true)
    : toInstall(wishes, host, available, state === "latest", args);
  const unmarked = removing ? [] : host.automatic.filter((name) => wishes.some((wish) => wish.name === name));
  if (todo.length === 0) {
    const told = removing ? {} : lists;
    return planNothing(args, context, update ? lists : told, update, unmarked);
  }

  const action = removing ? "remove" : "install";
  const command = aptGet(args, action, todo, false);
  if (context.checkMode) return simulated(args, action, todo, lists, context);
  const marks = removing ? [] : wishes.filter((wish) => !wish.pattern).map((wish) => wish.name);
  const script = [
    APT_ENVIRONMENT,
    repairInterrupted(args),
    stale ? updateLists(args) : "",
    withPolicy(args, runAptGet(command)),
    marks.length === 0 ? "" : `apt-mark manual -- ${shellJoin(marks)} >/dev/null 2>&1 || true\n`,
  ].join("");
  const verb = removing ? "Remove" : "Install";
  return {
    changes: [runChange(context, `${verb} ${todo.join(", ")}`, script)],
    result: { changed: true, ...lists },
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { changed: false, ...lists };
      if (outcome.status !== 0) return aptFailure(command, outcome);
      const stdout = outcome.stdout.replace(/^bdap-lists-.*\n/gm, "");
      return {
        changed: didSomething(stdout),
        stdout,
        stderr: outcome.stderr,
        diff: context.wantsDiff ? preparedDiff(stdout) : {},
        ...(stale ? updatedLists(outcome.stdout) : lists),
      };
    },
  };
}

/** What the lists' times say after an update; an update that fetched nothing new leaves the time as it was. */
export function updatedLists(output: string): ModuleResult {
  const before = Number(/^bdap-lists-before (\d+)$/m.exec(output)?.[1] ?? 0);
  const after = Number(/^bdap-lists-after (\d+)$/m.exec(output)?.[1] ?? before);
  return { cache_updated: after !== before, cache_update_time: after };
}

export function listsAreStale(args: Arguments, host: { readonly now: number; readonly listsTime: number }): boolean {
  const valid = Number(args.cache_valid_time ?? 0);
  if (args.update_cache !== true && valid === 0) return false;
  return host.listsTime + valid < host.now;
}

function freshLists(host: HostPackages): ModuleResult {
  return { cache_updated: false, cache_update_time: host.listsTime };
}

function planNothing(
  args: Arguments,
  context: OperationContext,
  lists: ModuleResult,
  update: boolean,
  unmarked: readonly string[],
): OperationPlan {
  const result = { changed: false, ...lists };
  if ((!update && unmarked.length === 0) || context.checkMode) return { changes: [], result };
  const mark = unmarked.length === 0 ? "" : `apt-mark manual -- ${shellJoin(unmarked)} >/dev/null\n`;
  const title = update ? "Fetch the package lists" : `Mark ${unmarked.join(", ")} as wanted`;
  return {
    changes: [runChange(context, title, APT_ENVIRONMENT + (update ? updateLists(args) : "") + mark)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return result;
      if (outcome.status !== 0) return aptFailure(["apt-get", "update"], outcome);
      return update ? { changed: false, ...updatedLists(outcome.stdout) } : result;
    },
  };
}

/** Under check mode apt-get itself is asked; it reads only. */
export async function simulated(
  args: Arguments,
  action: string,
  operands: readonly string[],
  lists: ModuleResult,
  context: OperationContext,
): Promise<OperationPlan> {
  const command = aptGet(args, action, operands, true);
  const outcome = await context.read.run(`${APT_ENVIRONMENT}${shellJoin(command)}`);
  if (outcome.status !== 0) return { changes: [], result: aptFailure(command, outcome) };
  const diff = context.wantsDiff ? preparedDiff(outcome.stdout) : {};
  const changed = didSomething(outcome.stdout);
  return { changes: [], result: { changed, stdout: outcome.stdout, stderr: outcome.stderr, diff, ...lists } };
}

/** What is needed to build packages from source is installed. Always asked of apt-get, which alone knows. */
async function planBuildDependencies(
  args: Arguments,
  names: readonly string[],
  context: OperationContext,
): Promise<OperationPlan> {
  if (context.checkMode) return simulated(args, "build-dep", names, {}, context);
  const command = aptGet(args, "build-dep", names, false);
  const script = `${APT_ENVIRONMENT}${repairInterrupted(args)}${withPolicy(args, runAptGet(command))}`;
  return {
    changes: [runChange(context, `Install what ${names.join(", ")} is built with`, script)],
    result: { changed: true },
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { changed: false };
      if (outcome.status !== 0) return aptFailure(command, outcome);
      const { stdout, stderr } = outcome;
      return { changed: didSomething(stdout), stdout, stderr, diff: context.wantsDiff ? preparedDiff(stdout) : {} };
    },
  };
}

function toRemove(wishes: readonly PackageWish[], host: HostPackages, purge: boolean): string[] {
  return wishes.flatMap((wish) =>
    host
      .matching(wish)
      .filter((found) => found.status === "installed" || (purge && found.status === "config-files"))
      .map((found) => found.name),
  );
}

function toInstall(
  wishes: readonly PackageWish[],
  host: HostPackages,
  available: Availability,
  latest: boolean,
  args: Arguments,
): string[] {
  const names: string[] = [];
  for (const wish of wishes) {
    const found = host.matching(wish).find((candidate) => candidate.status === "installed");
    if (found === undefined) {
      if (args.only_upgrade === true || (wish.operator === undefined && available.provided.has(wish.name))) continue;
      // apt-get knows `name=version`, patterns in it too, but not `>=`: the newest is what satisfies that.
      names.push(wish.operator === "=" ? `${wish.name}=${wish.version}` : wish.name);
      continue;
    }
    const candidate = host.candidate(wish.name);
    const satisfied = host.satisfies(wish, found.version);
    if (wish.operator === "=" && !satisfied) names.push(`${wish.name}=${wish.version}`);
    else if (wish.operator === ">=" && !satisfied) names.push(wish.name);
    else if (latest && wish.operator !== "=" && candidate !== undefined && candidate !== found.version)
      names.push(wish.name);
  }
  return names;
}
