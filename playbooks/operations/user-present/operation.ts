import { shellJoin } from "#inventory/kernel/shell.ts";
import type { ModuleResult, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import { commandFailed, failing, nothingToDo, runChange } from "../plan.ts";
import { type Account, type AccountScript, createAccount, modifyAccount } from "./account.ts";
import { accountQuery, parseAccount } from "./query.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A user account exists, with these properties and groups, or does not exist. */
export const userPresent: Operation = {
  name: "user-present",
  title: "Make a user account exist or not",
  modules: ["ansible.builtin.user"],
  arguments: {
    name: { type: "str", required: true, aliases: ["user"], description: "The account." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it exists." },
    uid: { type: "int", description: "Its number." },
    non_unique: { type: "bool", default: false, description: "Another account may have the same number." },
    group: { type: "str", description: "Primary group." },
    groups: { type: "list", elements: "str", description: "Further groups; an empty list takes it out of all." },
    append: { type: "bool", default: false, description: "Add to the groups, take it out of none." },
    comment: { type: "str", description: "Real name or purpose." },
    home: { type: "path", description: "Home folder." },
    shell: { type: "path", description: "Login shell." },
    password: { type: "str", secret: true, description: "Password, hashed as crypt(5) says." },
    update_password: {
      type: "str",
      default: "always",
      choices: ["always", "on_create"],
      description: "Whether the password of an account that exists is changed.",
    },
    password_lock: { type: "bool", description: "Whether the password is locked." },
    expires: { type: "float", description: "When the account expires, seconds since 1970; negative for never." },
    create_home: {
      type: "bool",
      default: true,
      aliases: ["createhome"],
      description: "Make the home folder when missing.",
    },
    move_home: { type: "bool", default: false, description: "Move the old home folder to the new place." },
    skeleton: { type: "str", description: "Folder whose files a new home gets." },
    umask: { type: "str", description: "Umask for the new home." },
    system: { type: "bool", default: false, description: "Take a number from the system range; only on creation." },
    uid_min: { type: "int", description: "Lowest number to choose from." },
    uid_max: { type: "int", description: "Highest number to choose from." },
    force: { type: "bool", default: false, description: "Remove even when logged in." },
    remove: { type: "bool", default: false, description: "Remove the home folder with the account." },
    local: { type: "bool", description: "Accepted; accounts are always made on the host itself." },
    generate_ssh_key: { type: "bool", description: "Not supported." },
    password_expire_max: { type: "int", description: "Not supported." },
    password_expire_min: { type: "int", description: "Not supported." },
    password_expire_warn: { type: "int", description: "Not supported." },
    password_expire_account_disable: { type: "int", description: "Not supported." },
    seuser: { type: "str", description: "Not supported." },
  },
  checkMode: "full",
  async plan(raw, context) {
    const unsupported = UNSUPPORTED.filter((name) => raw[name] !== null && raw[name] !== false);
    if (unsupported.length > 0) return failing(`not supported by the native module: ${unsupported.join(", ")}`);
    const args = await expandPaths(raw, userPresent.arguments, context.read);
    const name = String(args.name);
    const groups = Array.isArray(args.groups) ? args.groups.map(String).filter((group) => group !== "") : undefined;
    const group = typeof args.group === "string" ? args.group : undefined;
    const home = typeof args.home === "string" ? args.home : undefined;
    const outcome = await context.read.run(accountQuery(name, group === undefined ? [] : [group], groups ?? [], home));
    const found = parseAccount(outcome.stdout);
    if (args.state === "absent") return planAbsence(args, name, found.account, context);
    const missing = [group, ...(groups ?? [])].find((wanted) => wanted !== undefined && !found.groups.has(wanted));
    if (missing !== undefined) return failing(`Group ${missing} does not exist`);
    const wish = { args, name, group: group === undefined ? undefined : found.groups.get(group), found };
    const names = groups?.map((wanted) => found.groups.get(wanted)?.name ?? wanted);
    if (found.account === undefined)
      return planPresence(args, name, groups, createAccount(wish, names), undefined, context);
    return planPresence(args, name, groups, modifyAccount(wish, found.account, names), found.account, context);
  },
};

const UNSUPPORTED = [
  "generate_ssh_key",
  "password_expire_max",
  "password_expire_min",
  "password_expire_warn",
  "password_expire_account_disable",
  "seuser",
] as const;

function planAbsence(
  args: Arguments,
  name: string,
  account: Account | undefined,
  context: OperationContext,
): OperationPlan {
  if (account === undefined) return nothingToDo({ name, state: "absent" });
  if (context.checkMode) return { changes: [], result: { changed: true } };
  const options = [...(args.force === true ? ["-f"] : []), ...(args.remove === true ? ["-r"] : [])];
  const script = `${shellJoin(["userdel", ...options, "--", name])}\n`;
  const result = { changed: true, name, state: "absent", force: args.force, remove: args.remove };
  return {
    changes: [runChange(context, `Remove the account ${name}`, script)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return { ...result, changed: false };
      if (outcome.status !== 0) return commandFailed({ name }, outcome, outcome.stderr);
      return outcome.stderr === "" ? result : { ...result, stderr: outcome.stderr };
    },
  };
}

function planPresence(
  args: Arguments,
  name: string,
  groups: readonly string[] | undefined,
  todo: AccountScript,
  existing: Account | undefined,
  context: OperationContext,
): OperationPlan {
  const base: Record<string, unknown> = { name, state: "present" };
  if (existing === undefined) Object.assign(base, { system: args.system, create_home: args.create_home });
  else Object.assign(base, { append: args.append, move_home: args.move_home });
  if (args.password !== null) base.password = "NOT_LOGGING_PASSWORD";
  const finished = (account: Account | undefined, changed: boolean): ModuleResult => ({
    ...base,
    changed,
    ...(account === undefined ? {} : accountKeys(account)),
    ...(groups === undefined ? {} : { groups: groups.join(",") }),
  });
  if (todo.script === "") return { changes: [], result: finished(existing, false) };
  if (context.checkMode) {
    return { changes: [], result: existing === undefined ? { changed: true } : finished(existing, true) };
  }
  const script = todo.script + accountQuery(name, [], [], undefined);
  const verb = existing === undefined ? "Make" : "Change";
  return {
    changes: [runChange(context, `${verb} the account ${name}`, script, todo.stdin)],
    result: finished(existing, true),
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return finished(existing, false);
      // What the query printed holds the password's hash, so nothing of it goes into a result.
      if (outcome.status !== 0) return commandFailed({ name }, { ...outcome, stdout: "" }, outcome.stderr.trim());
      const result = finished(parseAccount(outcome.stdout).account, true);
      return outcome.stderr === "" ? result : { ...result, stderr: outcome.stderr };
    },
  };
}

function accountKeys(account: Account): Record<string, unknown> {
  const { uid, gid, comment, home, shell } = account;
  return { uid, group: gid, comment, home, shell };
}
