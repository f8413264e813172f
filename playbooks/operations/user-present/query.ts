import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Account, Group } from "./account.ts";

/** What the host knows: the account, and the groups asked for by the name or number they were asked for. */
export interface FoundAccount {
  readonly account: Account | undefined;
  readonly groups: ReadonlyMap<string, Group>;
  /** Whether a group of the account's own name exists. */
  readonly namesake: boolean;
  /** Whether the folder that shall hold the home exists. */
  readonly homeParentExists: boolean;
}

/** Shell that prints what {@link parseAccount} reads. The shadow line is there only for root. */
export function accountQuery(
  name: string,
  primary: readonly string[],
  groups: readonly string[],
  home: string | undefined,
  isLocal = false,
): string {
  const word = shellQuote(name);
  const asked = [...new Set([...primary, ...groups])];
  const parent = home === undefined ? "/" : home.replace(/\/+[^/]*\/*$/, "") || "/";
  return [
    isLocal
      ? `entry=$(awk -F: -v n=${word} '$1 == n { e = $0 } END { print e }' /etc/passwd)\n`
      : `entry=$(getent passwd -- ${word}) || entry=\n`,
    'if [ -n "$entry" ]; then\necho "passwd $entry"\n',
    `echo "shadow $(getent shadow -- ${word} 2>/dev/null | cut -d: -f2,4,5,6,8)"\n`,
    `echo "member $(id -gn -- ${word} 2>/dev/null):$(id -Gnz -- ${word} 2>/dev/null | tr '\\0' ',')"\n`,
    'if [ -d "$(echo "$entry" | cut -d: -f6)" ]; then echo home; fi\nfi\n',
    `if getent group -- ${word} >/dev/null; then echo namesake; fi\n`,
    `if [ -d ${shellQuote(parent)} ]; then echo parent; fi\n`,
    ...asked.map((group, index) => `echo "group ${index} $(getent group -- ${shellQuote(group)} | cut -d: -f1,3)"\n`),
    ...asked.map((group, index) => `echo "asked ${index} "${shellQuote(Buffer.from(group).toString("base64"))}\n`),
  ].join("");
}

export function parseAccount(output: string): FoundAccount {
  const line = (label: string) => new RegExp(`^${label} (.*)$`, "m").exec(output)?.[1];
  const has = (label: string) => output.split("\n").includes(label);
  const groups = new Map<string, Group>();
  for (const [, index = "", encoded = ""] of output.matchAll(/^asked (\d+) (.*)$/gm)) {
    const [name = "", gid] = (line(`group ${index}`) ?? "").split(":");
    if (gid !== undefined) groups.set(Buffer.from(encoded, "base64").toString("utf8"), { name, gid: Number(gid) });
  }
  const common = { groups, namesake: has("namesake"), homeParentExists: has("parent") };
  const fields = line("passwd")?.split(":");
  if (fields === undefined) return { ...common, account: undefined };
  const [, , uid = "0", gid = "0", comment = "", home = "", shell = ""] = fields;
  const [hash, minimum, maximum, warning, expires] = (line("shadow") ?? "").split(":");
  const days = (text: string | undefined) => (text === undefined || text === "" ? undefined : Number(text));
  const [primary = "", members = ""] = (line("member") ?? "").split(":");
  const account: Account = {
    uid: Number(uid),
    gid: Number(gid),
    comment,
    home,
    shell,
    hash: hash === "" ? undefined : hash,
    expires: days(expires),
    passwordDays: { minimum: days(minimum), maximum: days(maximum), warning: days(warning) },
    groups: members.split(",").filter((group) => group !== "" && group !== primary),
    homeExists: has("home"),
  };
  return { ...common, account };
}
