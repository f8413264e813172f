import { readFile, stat } from "node:fs/promises";
import { inventoryErrors } from "../loader/errors.ts";
import { parseHostAddress } from "../loader/host-address.ts";
import { expandPath, type Surroundings } from "../settings/paths.ts";
import { nameMatcher } from "./name-matcher.ts";

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
 * are written in. Parts: host or group names, `*`, `?` and `[…]` globs, `~regex`, subscripts `web[0]`, `web[1:3]`, `web[-1]`.
 * Throws `INVENTORY_PATTERN_INVALID` and, for a subscript there is no host at, `INVENTORY_PATTERN_SUBSCRIPT`.
 */
export function selectHosts(inventory: HostDirectory, pattern: string | readonly string[]): Selection {
  const written = typeof pattern === "string" ? [pattern] : pattern;
  return evaluatePatterns(inventory, written.flatMap(splitPattern));
}

/** {@link selectHosts} of parts that are not to be split any more. */
export function evaluatePatterns(inventory: HostDirectory, parts: readonly string[]): Selection {
  const plain = parts.filter((part) => part !== "" && !/^[&!]/.test(part));
  const unmatched: string[] = [];
  const match = (part: string) => {
    const { hosts, isKnown } = matchPart(inventory, part);
    if (!isKnown) unmatched.push(part);
    return hosts;
  };
  const isKnownHost = (part: string) => inventory.hosts.has(part);
  let chosen = (plain.length === 0 ? ["all"] : plain).flatMap((part) => (isKnownHost(part) ? [part] : match(part)));
  for (const part of parts.filter((each) => each.startsWith("&"))) {
    const allowed = new Set(match(part.slice(1)));
    chosen = chosen.filter((host) => allowed.has(host));
  }
  for (const part of parts.filter((each) => each.startsWith("!"))) {
    const refused = new Set(match(part.slice(1)));
    chosen = chosen.filter((host) => !refused.has(host));
  }
  return { hosts: [...new Set(chosen)], unmatched: [...new Set(unmatched)] };
}

/** {@link selectHosts} of a limit: it must match something. Throws `INVENTORY_PATTERN_UNKNOWN` or `INVENTORY_LIMIT_EMPTY`. */
export function selectLimit(inventory: HostDirectory, limit: string): ReadonlySet<string> {
  const { hosts, unmatched } = selectHosts(inventory, limit);
  if (unmatched[0] !== undefined) throw inventoryErrors.unknownPattern(unmatched[0]);
  if (hosts.length === 0) throw inventoryErrors.noHosts(limit);
  return new Set(hosts);
}

/**
 * The parts of a `--limit`, those of files named by `@file` included, one a line; none at all where it limits nothing. Throws
 * `INVENTORY_LIMIT_FILE`.
 */
export async function readLimit(limit: string, around: Surroundings): Promise<readonly string[]> {
  const parts: string[] = [];
  for (const part of splitPattern(limit)) {
    if (!part.startsWith("@")) {
      parts.push(part);
      continue;
    }
    const path = expandPath(part.slice(1), { ...around, environment: {} });
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) throw inventoryErrors.limitFile(path, `Unable to find limit file ${part.slice(1)}`);
    if (!entry.isFile())
      throw inventoryErrors.limitFile(
        path,
        `Limit starting with "@" must be a file, not a directory: ${part.slice(1)}`,
      );
    parts.push(...(await readFile(path, "utf8")).split("\n").map((line) => line.trim()));
  }
  return parts;
}

/** The parts of a pattern: split at commas, else at colons outside of brackets unless it is one address. */
export function splitPattern(pattern: string): string[] {
  let parts: readonly string[] = [pattern];
  if (pattern.includes(",")) parts = pattern.split(",");
  else if (parseHostAddress(pattern) === undefined) parts = pattern.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

const SUBSCRIPT = /^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$/;

interface Matches {
  readonly hosts: readonly string[];
  /** Whether there is such a host, or such a group, be it empty. */
  readonly isKnown: boolean;
}

function matchPart(inventory: HostDirectory, part: string): Matches {
  const subscript = part.startsWith("~") ? null : SUBSCRIPT.exec(part);
  if (subscript === null) return enumerate(inventory, part);
  const [, name = "", single, from, to] = subscript;
  const { hosts, isKnown } = enumerate(inventory, name);
  if (hosts.length === 0) return { hosts, isKnown };
  const end = to === "" ? hosts.length - 1 : Number(to ?? 0);
  if (single === undefined && end !== 0) return { hosts: hosts.slice(Number(from), end + 1), isKnown };
  const host = hosts.at(Number(single ?? from));
  if (host === undefined) throw inventoryErrors.noSubscript(part);
  return { hosts: [host], isKnown };
}

/** Hosts of groups of that name, then hosts of that name; one may be there several times, and subscripts count it so. */
function enumerate(inventory: HostDirectory, name: string): Matches {
  const matches = nameMatcher(name);
  const groups = [...inventory.groups.keys()].filter(matches);
  const hosts = groups.flatMap((group) => inventory.hostsOf(group));
  if (groups.length === 0 || /^~|[.?*[]/.test(name)) hosts.push(...[...inventory.hosts.keys()].filter(matches));
  if (hosts.length === 0 && LOCAL_NAMES.includes(name)) hosts.push(name);
  return { hosts, isKnown: hosts.length > 0 || groups.length > 0 || name === "all" };
}
