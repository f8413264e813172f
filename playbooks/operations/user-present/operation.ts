import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { failing, nothingToDo, runChange } from "../plan.ts";
import { missingProgram, requirePrograms } from "../required-program.ts";
import { type Account, type AccountWish, looksPlain } from "./account.ts";
import { createLocally, LOCAL_PROGRAMS, modifyLocally, refusedLocally } from "./local-account.ts";
import { planPresence } from "./presence.ts";
import { accountQuery, parseAccount } from "./query.ts";
import { userArguments } from "./user-arguments.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A user account exists, with these properties and groups, or does not exist. */
export const userPresent: Operation = {
  name: "user-present",
  title: "Make a user account exist or not",
  modules: ["ansible.builtin.user"],
  arguments: userArguments,
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, userArguments, context.read);
    const name = String(args.name);
    const isLocal = args.local === true;
    const refusal = isLocal ? refusedLocally(args) : undefined;
    if (refusal !== undefined) return failing(refusal);
    const groups = Array.isArray(args.groups) ? args.groups.map(String).filter((group) => group !== "") : undefined;
    const group = typeof args.group === "string" ? args.group : undefined;
    const home = typeof args.home === "string" ? args.home : undefined;
    const programs = isLocal ? requirePrograms(...LOCAL_PROGRAMS) : requirePrograms("useradd");
    const query = accountQuery(name, group === undefined ? [] : [group], groups ?? [], home, isLocal);
    const outcome = await context.read.run(programs + query);
    const lacking = missingProgram(outcome.stdout);
    if (lacking !== undefined) return lacking;
    const found = parseAccount(outcome.stdout);
    if (args.state === "absent") return planAbsence(args, name, found.account, context);
    const missing = [group, ...(groups ?? [])].find((wanted) => wanted !== undefined && !found.groups.has(wanted));
    if (missing !== undefined) return failing(`Group ${missing} does not exist`);
    const wish = { args, name, group: group === undefined ? undefined : found.groups.get(group), found };
    const names = groups?.map((wanted) => found.groups.get(wanted)?.name ?? wanted);
    const script = isLocal ? locally(wish, names) : undefined;
    return withWarnings(args, await planPresence({ wish, names, groups, script }, context));
  },
};

function locally(wish: AccountWish, groups: readonly string[] | undefined): string {
  const account = wish.found.account;
  return account === undefined ? createLocally(wish, groups ?? []) : modifyLocally(wish, account, groups);
}

function withWarnings(args: Arguments, plan: OperationPlan): OperationPlan {
  if (typeof args.password !== "string" || !looksPlain(args.password)) return plan;
  const warnings = [
    "The input password appears not to have been hashed. The 'password' argument must be encrypted for this module to work properly.",
  ];
  const conclude = plan.conclude;
  const warned = (result: ModuleResult): ModuleResult => ({ ...result, warnings });
  return {
    ...plan,
    result: warned(plan.result),
    ...(conclude === undefined ? {} : { conclude: (outcomes) => warned(conclude(outcomes)) }),
  };
}

function planAbsence(
  args: Arguments,
  name: string,
  account: Account | undefined,
  context: OperationContext,
): OperationPlan {
  if (account === undefined) return nothingToDo({ name, state: "absent" });
  if (context.checkMode) return { changes: [], result: { changed: true } };
  const isLocal = args.local === true;
  const options = [...(args.force === true && !isLocal ? ["-f"] : []), ...(args.remove === true ? ["-r"] : [])];
  const script = isLocal
    ? shellJoin(["luserdel", ...options, name])
    : `userdel ${options.join(" ")} -- ${shellQuote(name)}`;
  const result = { changed: true, name, state: "absent", force: args.force, remove: args.remove };
  return {
    changes: [runChange(context, `Remove the account ${name}`, `${requirePrograms()}${script}\n`)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { ...result, changed: false };
      const { status: rc, stdout, stderr } = outcome;
      if (rc !== 0) return { changed: false, failed: true, name, msg: stderr, rc };
      return { ...result, ...(stdout === "" ? {} : { stdout }), ...(stderr === "" ? {} : { stderr }) };
    },
  };
}
