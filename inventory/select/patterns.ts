import { inventoryErrors } from "../loader/errors.ts";

/** Hosts of localhost's names, which exist even where no inventory names them. */
const LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"];

/** Hosts and groups to choose among: an inventory, or one that grew during a run. */
export interface HostDirectory {
  readonly groups: ReadonlyMap<string, unknown>;
  readonly hosts: ReadonlyMap<string, unknown>;
  hostsOf(group: string): readonly string[];
}

/** What a pattern chose, and which of its parts matched nothing (a person should be told). */
export interface Selection {
  readonly hosts: readonly string[];
  readonly unmatched: readonly string[];
}

/**
 * The hosts a pattern means, in Ansible's order: plain parts first, then `&` keeps, then `!` removes, whatever the order they
 * are written in. Parts: host or group names, `*` and `?`, `~regex`, subscripts `web[0]`, `web[1:3]`, `web[-1]`.
 */
export function selectHosts(inventory: HostDirectory, pattern: string | readonly string[]): Selection {
  const parts = (typeof pattern === "string" ? [pattern] : pattern).flatMap(splitPattern);
  const plain = parts.filter((part) => !/^[&!]/.test(part));
  const kept = parts.filter((part) => part.startsWith("&"));
  const removed = parts.filter((part) => part.startsWith("!"));
  const unmatched: string[] = [];
  const match = (part: string) => {
    const hosts = matchPart(inventory, part);
    if (hosts.length === 0) unmatched.push(part);
    return hosts;
  };
  let chosen = [...new Set((plain.length === 0 && parts.length > 0 ? ["all"] : plain).flatMap(match))];
  for (const part of kept) {
    const allowed = new Set(match(part.slice(1)));
    chosen = chosen.filter((host) => allowed.has(host));
  }
  for (const part of removed) {
    const refused = new Set(matchPart(inventory, part.slice(1)));
    chosen = chosen.filter((host) => !refused.has(host));
  }
  return { hosts: chosen, unmatched };
}

/** {@link selectHosts} of a limit: it must match something. Throws `INVENTORY_PATTERN_UNKNOWN` or `INVENTORY_LIMIT_EMPTY`. */
export function selectLimit(inventory: HostDirectory, limit: string): ReadonlySet<string> {
  const { hosts, unmatched } = selectHosts(inventory, limit);
  if (unmatched[0] !== undefined) throw inventoryErrors.unknownPattern(unmatched[0]);
  if (hosts.length === 0) throw inventoryErrors.noHosts(limit);
  return new Set(hosts);
}

/** The parts of a pattern: split at commas, else at colons outside of brackets; an IPv6 address stays whole. */
export function splitPattern(pattern: string): string[] {
  if (pattern.includes(","))
    return pattern
      .split(/\s*,\s*/)
      .filter((part) => part !== "")
      .flatMap((part) => (part.includes(",") ? splitPattern(part) : [part.trim()]));
  const text = pattern.trim();
  if (/^[&!]?(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F.]*$/.test(text)) return [text];
  const parts = text.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
  return parts.filter((part) => part !== "");
}

function matchPart(inventory: HostDirectory, part: string): readonly string[] {
  if (part.startsWith("~")) return enumerate(inventory, part);
  const subscript = /^(.+)\[(?:(-?\d+)|(\d+)[:-](\d*))\]$/.exec(part);
  if (subscript === null) return enumerate(inventory, part);
  const [, name = "", single, from, to] = subscript;
  const hosts = enumerate(inventory, name);
  if (single !== undefined) {
    const host = hosts.at(Number(single));
    return host === undefined ? [] : [host];
  }
  return hosts.slice(Number(from), to === "" || to === undefined ? undefined : Number(to) + 1);
}

function enumerate(inventory: HostDirectory, name: string): readonly string[] {
  const matches = matcher(name);
  const groups = [...inventory.groups.keys()].filter(matches);
  const hosts = groups.flatMap((group) => inventory.hostsOf(group));
  if (groups.length === 0 || /^~|[*?[]/.test(name)) hosts.push(...[...inventory.hosts.keys()].filter(matches));
  if (hosts.length === 0 && LOCAL_NAMES.includes(name)) hosts.push(name);
  return [...new Set(hosts)];
}

function matcher(name: string): (candidate: string) => boolean {
  if (name.startsWith("~")) {
    const expression = new RegExp(`^(?:${name.slice(1)})`);
    return (candidate) => expression.test(candidate);
  }
  if (!/[*?[]/.test(name)) return (candidate) => candidate === name;
  const source = name.replace(/\[!?[^\]]*\]|[*?]|[.+^${}()|\\[\]]/g, (mark) => {
    if (mark === "*") return ".*";
    if (mark === "?") return ".";
    return mark.length > 1 && mark.startsWith("[") ? mark.replace("[!", "[^") : `\\${mark}`;
  });
  const expression = new RegExp(`^(?:${source})$`, "s");
  return (candidate) => expression.test(candidate);
}
