import { isIPv6 } from "node:net";
import { targetInvalid } from "./errors.ts";

/** What names hosts: literal pieces and number ranges in turn, or an IPv4 network. */
export type Pattern =
  | { readonly kind: "pieces"; readonly pieces: readonly Piece[] }
  | { readonly kind: "network"; readonly first: number; readonly count: number };

export type Piece = string | { readonly first: number; readonly last: number; readonly width: number };

/** Parses `text` from offset `start` up to `end`; throws `INVENTORY_TARGET_INVALID` with the column in `text`. */
export function parsePattern(text: string, start: number, end: number): Pattern {
  const body = text.slice(start, end);
  if (body === "") throw targetInvalid(text, start + 1, "a name or an address is missing");
  if (body.includes("/")) return parseNetwork(text, start, body);
  const bracketed = /^\[([^\]]*:[^\]]*)\]$/.exec(body)?.[1];
  const address = bracketed ?? body;
  if (isIPv6(address) && /^[0-9a-f:.]+(%[a-z0-9_.-]+)?$/i.test(address)) return { kind: "pieces", pieces: [address] };
  if (bracketed !== undefined && !/^\d+:\d+$/.test(bracketed)) {
    throw targetInvalid(text, start + 1, `"${bracketed}" is no IPv6 address`);
  }
  const pieces = parsePieces(text, start, body);
  checkName(text, start, body, pieces);
  return { kind: "pieces", pieces };
}

export function patternSize(pattern: Pattern): number {
  if (pattern.kind === "network") return pattern.count;
  return pattern.pieces.reduce(
    (size, piece) => (typeof piece === "string" ? size : size * (piece.last - piece.first + 1)),
    1,
  );
}

/** Every host of a pattern, in order; the last range turns fastest. */
export function* expandPattern(pattern: Pattern): Generator<string> {
  if (pattern.kind === "pieces") yield* expandPieces(pattern.pieces, "");
  else for (let index = 0; index < pattern.count; index++) yield addressText(pattern.first + index);
}

function* expandPieces(pieces: readonly Piece[], before: string): Generator<string> {
  const [piece, ...rest] = pieces;
  if (piece === undefined) yield before;
  else if (typeof piece === "string") yield* expandPieces(rest, before + piece);
  else {
    for (let number = piece.first; number <= piece.last; number++) {
      yield* expandPieces(rest, before + String(number).padStart(piece.width, "0"));
    }
  }
}

function parsePieces(text: string, start: number, body: string): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  while (offset < body.length) {
    const open = body.indexOf("[", offset);
    const literal = body.slice(offset, open < 0 ? undefined : open);
    const stray = literal.search(/[^A-Za-z0-9_.-]/);
    if (stray >= 0) {
      throw targetInvalid(text, start + offset + stray + 1, `"${literal[stray]}" cannot be part of a host name`);
    }
    if (literal !== "") pieces.push(literal);
    if (open < 0) break;
    const close = body.indexOf("]", open);
    if (close < 0) throw targetInvalid(text, start + open + 1, "the bracket is not closed");
    pieces.push(parseRange(text, start + open + 1, body.slice(open + 1, close)));
    offset = close + 1;
  }
  return pieces;
}

function parseRange(text: string, offset: number, range: string): Piece {
  const [, from, to] = /^(\d{1,9})[-:](\d{1,9})$/.exec(range) ?? [];
  if (from === undefined || to === undefined) {
    throw targetInvalid(text, offset + 1, `"${range}" is no range of numbers such as 01-40`);
  }
  const first = Number(from);
  const last = Number(to);
  if (last < first) throw targetInvalid(text, offset + 1, `the range ends (${to}) before it starts (${from})`);
  return { first, last, width: from.startsWith("0") ? from.length : 0 };
}

/** What looks like an IPv4 address must be one throughout its ranges; everything else must be a host name (RFC 1123). */
function checkName(text: string, start: number, body: string, pieces: readonly Piece[]): void {
  const first = pieces.map((piece) => (typeof piece === "string" ? piece : String(piece.first))).join("");
  const last = pieces.map((piece) => (typeof piece === "string" ? piece : String(piece.last))).join("");
  if (/^[\d.]+$/.test(first)) {
    if (parseAddress(last) === undefined || parseAddress(first) === undefined) {
      throw targetInvalid(text, start + 1, `${body} is no IPv4 address with four parts from 0 to 255`);
    }
    return;
  }
  const label = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;
  const bad = last
    .replace(/\.$/, "")
    .split(".")
    .find((part) => !label.test(part));
  if (bad !== undefined || last.length > 253) {
    throw targetInvalid(
      text,
      start + 1,
      bad === "" ? "the name has an empty part" : `"${bad ?? last}" cannot be part of a host name`,
    );
  }
}

function parseNetwork(text: string, start: number, body: string): Pattern {
  const slash = body.indexOf("/");
  const address = parseAddress(body.slice(0, slash));
  if (address === undefined) throw targetInvalid(text, start + 1, `${body.slice(0, slash)} is no IPv4 address`);
  const prefix = body.slice(slash + 1);
  const bits = Number(prefix);
  if (!/^\d{1,2}$/.test(prefix) || bits > 32) {
    throw targetInvalid(text, start + slash + 2, `"${prefix}" is no prefix length (0 to 32)`);
  }
  const size = 2 ** (32 - bits);
  const network = Math.floor(address / size) * size;
  return size <= 2
    ? { kind: "network", first: network, count: size }
    : { kind: "network", first: network + 1, count: size - 2 };
}

/** A dotted address as a number; undefined for anything else, abbreviations and leading zeros included. */
function parseAddress(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

function addressText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
