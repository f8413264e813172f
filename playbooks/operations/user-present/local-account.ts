import { shellJoin } from "#inventory/kernel/shell.ts";
import type { Account, AccountWish } from "./account.ts";

/** libuser's programs, which look at the host's own files alone: names of a directory service do not count. */
export const LOCAL_PROGRAMS: readonly string[] = ["luseradd", "lusermod", "luserdel", "lgroupmod", "lchage"];

/** Arguments that libuser's programs cannot honour. */
export function refusedLocally(args: Readonly<Record<string, unknown>>): string | undefined {
  const name = ["umask", "uid_min", "uid_max"].find((key) => args[key] !== null);
  return name === undefined ? undefined : `'${name}' can not be used with 'local'`;
}

export function createLocally({ args, name, group, found }: AccountWish, groups: readonly string[]): string {
  const words = ["luseradd"];
  if (typeof args.uid === "number") words.push("-u", String(args.uid));
  if (group !== undefined) words.push("-g", String(group.gid));
  else if (found.namesake) words.push("-n");
  if (typeof args.comment === "string") words.push("-c", args.comment);
  if (typeof args.home === "string") words.push("-d", args.home);
  if (typeof args.shell === "string") words.push("-s", args.shell);
  if (args.create_home !== true) words.push("-M");
  else if (typeof args.skeleton === "string") words.push("-k", args.skeleton);
  if (args.system === true) words.push("-r");
  return `${shellJoin([...words, name])}\n${expiry(args, name, undefined)}${groups.map((one) => `${shellJoin(["lgroupmod", "-M", name, one])}\n`).join("")}`;
}

export function modifyLocally(
  { args, name, group }: AccountWish,
  account: Account,
  groups: readonly string[] | undefined,
): string {
  const words: string[] = [];
  if (typeof args.uid === "number" && args.uid !== account.uid) words.push("-u", String(args.uid));
  if (group !== undefined && group.gid !== account.gid) words.push("-g", String(group.gid));
  if (typeof args.comment === "string" && args.comment !== account.comment) words.push("-c", args.comment);
  if (typeof args.home === "string" && args.home !== account.home) {
    words.push("-d", args.home, ...(args.move_home === true ? ["-m"] : []));
  }
  if (typeof args.shell === "string" && args.shell !== account.shell) words.push("-s", args.shell);
  const locked = account.hash?.startsWith("!") === true;
  if (args.password_lock === true && !locked) words.push("-L");
  if (args.password_lock === false && locked) words.push("-U");
  const missing = (groups ?? []).filter((one) => !account.groups.includes(one));
  const extra =
    groups === undefined || args.append === true ? [] : account.groups.filter((one) => !groups.includes(one));
  return [
    words.length === 0 ? "" : `${shellJoin(["lusermod", ...words, name])}\n`,
    expiry(args, name, account),
    ...missing.map((one) => `${shellJoin(["lgroupmod", "-M", name, one])}\n`),
    ...extra.map((one) => `${shellJoin(["lgroupmod", "-m", name, one])}\n`),
  ].join("");
}

function expiry(args: Readonly<Record<string, unknown>>, name: string, account: Account | undefined): string {
  if (typeof args.expires !== "number") return "";
  const days = args.expires < 0 ? -1 : Math.floor(args.expires / 86_400);
  if (account !== undefined && (account.expires ?? -1) === days) return "";
  return `${shellJoin(["lchage", "-E", String(days), name])}\n`;
}
