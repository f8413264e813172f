import { rangeTooLarge, targetInvalid } from "./errors.ts";
import { expandPattern, type Pattern, parsePattern, patternSize } from "./target-pattern.ts";

/** Hosts that may be named at once: those of an IPv4 /16. */
export const MOST_TARGETS = 65_536;

/** One host to be reached. */
export interface Target {
  /** Name in messages and in the site directory: the host name, or the address where only that is known. */
  readonly name: string;
  /** Where to connect: an address, or a name for the resolver. */
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
  /** The network it was taken from, most of whose addresses have no server; absent for hosts that were named. */
  readonly network?: string;
}

/**
 * The hosts that texts name, in order, each address and port once. A text is a comma-separated list of
 * `[user@]pattern[:port]`, a pattern being a host name, an IPv4 or bracketed IPv6 address, either with number ranges in
 * brackets (`node[01-40]` keeps its zeros, `10.0.0.[10-40]`), or an IPv4 network (`10.0.0.0/22`, its hosts without
 * network and broadcast address). Nothing is expanded before it is known to be at most {@link MOST_TARGETS} hosts.
 * Throws `INVENTORY_TARGET_INVALID` with the column, `INVENTORY_RANGE_TOO_LARGE`.
 */
export function selectTargets(texts: readonly string[]): Target[] {
  const entries = texts.flatMap((text) => entriesOf(text).map((entry) => parseEntry(text, entry)));
  let total = 0;
  for (const entry of entries) {
    total += patternSize(entry.pattern);
    if (total > MOST_TARGETS) throw rangeTooLarge(entry.text, total, MOST_TARGETS);
  }
  const targets = new Map<string, Target>();
  for (const { text, pattern, port, user } of entries) {
    const network = pattern.kind === "network" && pattern.count > 1 ? text : undefined;
    for (const address of expandPattern(pattern)) {
      const key = `${address.toLowerCase()} ${port ?? ""}`;
      const known = targets.get(key);
      if (known !== undefined && (known.network === undefined || network !== undefined)) continue;
      targets.set(key, {
        name: address,
        address,
        ...(port === undefined ? {} : { port }),
        ...(user === undefined ? {} : { user }),
        ...(network === undefined ? {} : { network }),
      });
    }
  }
  return [...targets.values()];
}

interface Entry {
  readonly text: string;
  readonly pattern: Pattern;
  readonly port: number | undefined;
  readonly user: string | undefined;
}

/** The places of the non-empty list entries in a text: start and end offsets without surrounding blanks. */
function entriesOf(text: string): { start: number; end: number }[] {
  const entries: { start: number; end: number }[] = [];
  let start = 0;
  for (const part of text.split(",")) {
    const lead = part.length - part.trimStart().length;
    if (part.trim() !== "") entries.push({ start: start + lead, end: start + lead + part.trim().length });
    start += part.length + 1;
  }
  if (entries.length === 0) throw targetInvalid(text, 1, "there is nothing");
  return entries;
}

function parseEntry(text: string, place: { start: number; end: number }): Entry {
  const at = text.lastIndexOf("@", place.end - 1);
  const hasUser = at >= place.start;
  const user = hasUser ? text.slice(place.start, at) : undefined;
  if (user !== undefined && !/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(user)) {
    throw targetInvalid(text, place.start + 1, `"${user}" is no user name`);
  }
  const start = hasUser ? at + 1 : place.start;
  const colon = portColon(text, start, place.end);
  const port = colon === undefined ? undefined : parsePort(text, colon + 1, place.end);
  return {
    text: text.slice(place.start, place.end),
    pattern: parsePattern(text, start, colon ?? place.end),
    port,
    user,
  };
}

/** The colon before a port: the last one, unless it is inside brackets or the text is a bare IPv6 address. */
function portColon(text: string, start: number, end: number): number | undefined {
  const colon = text.lastIndexOf(":", end - 1);
  if (colon < start || text.indexOf("]", colon) > 0) return undefined;
  const bare = text.slice(start, end);
  return !bare.includes("[") && bare.split(":").length > 2 ? undefined : colon;
}

function parsePort(text: string, start: number, end: number): number {
  const digits = text.slice(start, end);
  const port = Number(digits);
  if (!/^\d{1,5}$/.test(digits) || port < 1 || port > 65_535) {
    throw targetInvalid(text, start + 1, `"${digits}" is no port (1 to 65535)`);
  }
  return port;
}
