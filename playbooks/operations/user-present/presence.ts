import { shellQuote } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import type { ModuleResult, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { requirePrograms } from "../required-program.ts";
import {
  type Account,
  type AccountWish,
  createAccount,
  homeScript,
  modifyAccount,
  passwordDaysScript,
} from "./account.ts";
import { accountQuery, parseAccount } from "./query.ts";
import { keyKeys, keyPath, keyQuery, makeKey, parseKey } from "./ssh-key.ts";

interface Presence {
  readonly wish: AccountWish;
  /** Groups by their own names, and as they were asked for. */
  readonly names: readonly string[] | undefined;
  readonly groups: readonly string[] | undefined;
  /** Shell of libuser's programs, for an account that shall be the host's own. */
  readonly script: string | undefined;
}

/** Ends what programs printed, so that it can be told from what the questions after them print. */
const MARK = "bdap-account";

export async function planPresence(presence: Presence, context: OperationContext): Promise<OperationPlan> {
  const { wish, names } = presence;
  const { args, name } = wish;
  const existing = wish.found.account;
  const done = finisher(presence);
  if (existing === undefined && context.checkMode) return { changes: [], result: { changed: true } };
  const made = existing === undefined ? createAccount(wish, names) : modifyAccount(wish, existing, names);
  const account = { ...made, script: presence.script ?? made.script };
  const home = typeof args.home === "string" ? args.home : existing?.home;
  const isMoved = existing !== undefined && home !== existing.home && args.move_home === true;
  const needsHome = args.create_home === true && existing !== undefined && !existing.homeExists && !isMoved;
  const days = passwordDaysScript(args, name, existing);
  const path = args.generate_ssh_key === true && home !== undefined ? keyPath(args, home) : undefined;
  const key = path === undefined ? undefined : parseKey((await context.read.run(keyQuery(path))).stdout);
  const generates =
    args.generate_ssh_key === true && (key === undefined || args.force === true || !(key.exists || key.publicExists));
  const changed = account.script !== "" || needsHome || days !== "" || generates;
  if (!changed || context.checkMode) {
    const keys = path === undefined || key === undefined ? {} : keyKeys(path, key);
    return { changes: [], result: { ...done(existing, changed, undefined), ...keys } };
  }
  if (generates && home === undefined && existing === undefined)
    return planNewWithKey(presence, context, account, days);
  const secrets = [account.stdin?.replace(/\n$/, ""), generates ? args.ssh_key_passphrase : undefined];
  const owner = existing ?? { uid: 0, gid: 0 };
  const script = [
    requirePrograms(),
    account.script,
    needsHome && home !== undefined ? homeScript(name, home, args.skeleton) : "",
    days,
    generates && path !== undefined ? ownedKey(args, path, owner, existing, name) : "",
    `echo ${MARK}\n${accountQuery(name, [], [], undefined, args.local === true)}`,
    path === undefined ? "" : keyQuery(path),
  ].join("");
  const verb = existing === undefined ? "Make" : "Change";
  return {
    changes: [
      runChange(
        context,
        `${verb} the account ${name}`,
        script,
        secrets
          .filter(Boolean)
          .map((line) => `${String(line)}\n`)
          .join(""),
      ),
    ],
    result: done(existing, true, undefined),
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined) return done(existing, false, undefined);
      // What the query printed holds the password's hash, so nothing of it goes into a result.
      if (outcome.status !== 0) return { changed: false, failed: true, name, msg: outcome.stderr, rc: outcome.status };
      const asked = outcome.stdout.slice(outcome.stdout.indexOf(`${MARK}\n`) + MARK.length + 1);
      const now = path === undefined ? {} : keyKeys(path, parseKey(asked));
      return { ...done(parseAccount(asked).account, true, outcome), ...now };
    },
  };
}

/** A key for an account that is not there yet: its owner is known only to the host. */
function ownedKey(
  args: Readonly<Record<string, unknown>>,
  path: string,
  owner: { readonly uid: number; readonly gid: number },
  existing: Account | undefined,
  name: string,
): string {
  const script = makeKey(args, path, owner);
  if (existing !== undefined) return script;
  return script.replaceAll("chown 0:0", `chown "$(id -u -- ${shellQuote(name)}):$(id -g -- ${shellQuote(name)})"`);
}

/** A new account whose home folder only useradd's settings know: /home, unless the caller says otherwise. */
function planNewWithKey(
  presence: Presence,
  context: OperationContext,
  account: { readonly script: string },
  days: string,
): Promise<OperationPlan> | OperationPlan {
  if (account.script === "" && days === "") return failing("the account has no home folder for an SSH key");
  const args = { ...presence.wish.args, home: `/home/${presence.wish.name}` };
  return planPresence({ ...presence, wish: { ...presence.wish, args } }, context);
}

function finisher({ wish, groups }: Presence) {
  const { args, name } = wish;
  const base: Record<string, unknown> = { name, state: "present" };
  if (wish.found.account === undefined) Object.assign(base, { system: args.system, create_home: args.create_home });
  else Object.assign(base, { append: args.append, move_home: args.move_home });
  if (args.password !== null) base.password = "NOT_LOGGING_PASSWORD";
  return (account: Account | undefined, changed: boolean, outcome: CommandResult | undefined): ModuleResult => {
    const stdout = outcome?.stdout.slice(0, outcome.stdout.indexOf(MARK)) ?? "";
    const stderr = outcome?.stderr ?? "";
    return {
      ...base,
      changed,
      ...(stdout === "" ? {} : { stdout }),
      ...(stderr === "" ? {} : { stderr }),
      ...(account === undefined ? {} : accountKeys(account)),
      ...(groups === undefined ? {} : { groups: groups.join(",") }),
    };
  };
}

function accountKeys(account: Account): Record<string, unknown> {
  const { uid, gid, comment, home, shell } = account;
  return { uid, group: gid, comment, home, shell };
}
