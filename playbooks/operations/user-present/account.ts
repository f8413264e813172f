import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { FoundAccount } from "./query.ts";

export interface Group {
  readonly name: string;
  readonly gid: number;
}

/** An account as it is on the host. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
  /** The password field of shadow(5); undefined when it may not be read. */
  readonly hash: string | undefined;
  /** Days since 1970; undefined for never. */
  readonly expires: number | undefined;
  /** Days between changes of the password and of warning before one is due, as in shadow(5). */
  readonly passwordDays: {
    readonly minimum: number | undefined;
    readonly maximum: number | undefined;
    readonly warning: number | undefined;
  };
  /** Names of the groups besides the primary one. */
  readonly groups: readonly string[];
  readonly homeExists: boolean;
}

export interface AccountWish {
  readonly args: Readonly<Record<string, unknown>>;
  readonly name: string;
  readonly group: Group | undefined;
  readonly found: FoundAccount;
}

/** Shell that makes an account so; the hash goes through standard input, never through an argument list. */
export interface AccountScript {
  readonly script: string;
  readonly stdin?: string;
}

export function createAccount(
  { args, name, group, found }: AccountWish,
  groups: readonly string[] | undefined,
): AccountScript {
  const home = args.create_home === true;
  const words = ["useradd"];
  if (typeof args.uid === "number") words.push("-u", String(args.uid), ...(args.non_unique === true ? ["-o"] : []));
  if (group !== undefined) words.push("-g", String(group.gid));
  else if (found.namesake) words.push("-N");
  if (groups !== undefined && groups.length > 0) words.push("-G", groups.join(","));
  if (typeof args.comment === "string") words.push("-c", args.comment);
  if (typeof args.home === "string") words.push("-d", args.home);
  if (typeof args.shell === "string") words.push("-s", args.shell);
  if (typeof args.expires === "number") words.push("-e", expiryDate(args.expires));
  if (typeof args.seuser === "string") words.push("-Z", args.seuser);
  if (typeof args.password_expire_account_disable === "number")
    words.push("-f", String(args.password_expire_account_disable));
  words.push(home ? "-m" : "-M");
  if (home && typeof args.skeleton === "string") words.push("-k", args.skeleton);
  if (home && typeof args.umask === "string") words.push("-K", `UMASK=${args.umask}`);
  if (args.system === true) words.push("-r");
  for (const [key, value] of [
    ["UID_MIN", args.uid_min],
    ["UID_MAX", args.uid_max],
  ] as const) {
    if (typeof value === "number") words.push("-K", `${key}=${value}`);
  }
  words.push("--", name);
  const parent = typeof args.home === "string" && home && !found.homeParentExists ? parentScript(args.home) : "";
  const create = `${parent}${shellJoin(words)}\n`;
  if (typeof args.password === "string" && args.password !== "") {
    return { script: `${create}chpasswd -e\n`, stdin: passwordLine(name, args.password, args.password_lock === true) };
  }
  return { script: args.password_lock === true ? `${create}${shellJoin(["usermod", "-L", "--", name])}\n` : create };
}

export function modifyAccount(
  { args, name, group }: AccountWish,
  account: Account,
  groups: readonly string[] | undefined,
): AccountScript {
  const words: string[] = [];
  if (typeof args.uid === "number" && args.uid !== account.uid) {
    words.push("-u", String(args.uid), ...(args.non_unique === true ? ["-o"] : []));
  }
  if (group !== undefined && group.gid !== account.gid) words.push("-g", String(group.gid));
  const membership =
    groups === undefined
      ? undefined
      : groupsToSet(
          account,
          groups.filter((name) => name !== group?.name),
          args.append === true,
        );
  if (membership !== undefined) words.push(...(args.append === true ? ["-a"] : []), "-G", membership.join(","));
  if (typeof args.comment === "string" && args.comment !== account.comment) words.push("-c", args.comment);
  const moves = typeof args.home === "string" && args.home !== account.home;
  if (moves) words.push("-d", String(args.home), ...(args.move_home === true ? ["-m"] : []));
  if (typeof args.shell === "string" && args.shell !== account.shell) words.push("-s", args.shell);
  if (typeof args.expires === "number" && expiryDays(args.expires) !== account.expires) {
    words.push("-e", expiryDate(args.expires));
  }
  // The original sets this whenever it is asked for, and calls it a change.
  if (typeof args.password_expire_account_disable === "number")
    words.push("-f", String(args.password_expire_account_disable));
  const locked = account.hash?.startsWith("!") === true;
  const newPassword = differentPassword(args, account);
  if (newPassword === undefined && args.password_lock === true && !locked) words.push("-L");
  if (newPassword === undefined && args.password_lock === false && locked) words.push("-U");
  const script = words.length === 0 ? "" : `${shellJoin(["usermod", ...words, "--", name])}\n`;
  if (newPassword === undefined) return { script };
  return { script: `${script}chpasswd -e\n`, stdin: passwordLine(name, newPassword, args.password_lock === true) };
}

/** Shell that sets how long passwords last, where that differs; empty when nothing does. */
export function passwordDaysScript(
  args: Readonly<Record<string, unknown>>,
  name: string,
  account: Account | undefined,
): string {
  const wishes = [
    ["-m", args.password_expire_min, account?.passwordDays.minimum],
    ["-M", args.password_expire_max, account?.passwordDays.maximum],
    ["-W", args.password_expire_warn, account?.passwordDays.warning],
  ] as const;
  const words = wishes.flatMap(([flag, wanted, current]) =>
    typeof wanted === "number" && wanted !== current ? [flag, String(wanted)] : [],
  );
  return words.length === 0 ? "" : `${shellJoin(["chage", ...words, "--", name])}\n`;
}

/** Shell that makes a missing home folder: from the skeleton, with the mode that login.defs(5) gives. */
export function homeScript(name: string, home: string, skeleton: unknown): string {
  const [place, from] = [shellQuote(home), shellQuote(typeof skeleton === "string" ? skeleton : "/etc/skel")];
  return `if [ ! -e ${place} ]; then
mkdir -p ${place}
if [ -d ${from} ]; then cp -rT ${from} ${place}; fi
mode=$(awk '$1 == "HOME_MODE" { m = $2 } $1 == "UMASK" { u = $2 } END { print m ? m : "u" (u ? u : "022") }' /etc/login.defs 2>/dev/null)
case $mode in u*) chmod "$(printf %o $((0777 & ~0\${mode#u})))" ${place} ;; ?*) chmod "$mode" ${place} ;; *) chmod 00755 ${place} ;; esac
fi
chown -R "$(id -u -- ${shellQuote(name)}):$(id -g -- ${shellQuote(name)})" ${place}
`;
}

/** Whether a password that was asked for does not look hashed, by the lengths crypt(5) gives. */
export function looksPlain(password: string): boolean {
  if (["", "*", "!", "*************"].includes(password)) return false;
  if (/[:*!]/.test(password) || !password.includes("$")) return true;
  const fields = password.split("$");
  const last = fields.at(-1) ?? "";
  const lengths: Readonly<Record<string, number>> = { "1": 22, "5": 43, "6": 86, y: 43 };
  const length = lengths[fields[1] ?? ""];
  return fields.length < 3 || /[^a-zA-Z0-9./=]/.test(last) || (length !== undefined && last.length !== length);
}

function differentPassword(args: Readonly<Record<string, unknown>>, account: Account): string | undefined {
  if (args.update_password !== "always" || typeof args.password !== "string") return undefined;
  const bare = (hash: string) => hash.replace(/^!+/, "");
  return account.hash === undefined || bare(account.hash) === bare(args.password) ? undefined : args.password;
}

/** The groups usermod must be given, or undefined when membership is as wanted. */
function groupsToSet(account: Account, wanted: readonly string[], append: boolean): string[] | undefined {
  const missing = wanted.filter((group) => !account.groups.includes(group));
  if (append) return missing.length === 0 ? undefined : missing;
  const extra = account.groups.filter((group) => !wanted.includes(group));
  return missing.length + extra.length === 0 ? undefined : [...wanted];
}

function passwordLine(name: string, hash: string, locked: boolean): string {
  return `${name}:${locked && !hash.startsWith("!") ? "!" : ""}${hash}\n`;
}

function parentScript(home: string): string {
  return `mkdir -p ${shellQuote(home.replace(/\/+[^/]*\/*$/, "") || "/")}\n`;
}

/** shadow(5) counts days; an empty date is never. */
function expiryDate(seconds: number): string {
  return seconds < 0 ? "" : new Date(seconds * 1000).toISOString().slice(0, 10);
}

function expiryDays(seconds: number): number | undefined {
  return seconds < 0 ? undefined : Math.floor(seconds / 86_400);
}
