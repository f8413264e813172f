import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { textArgument } from "../methods.ts";
import { dictEntries, isDict, itemsOf, pythonString } from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const urlFilters: readonly Plugin[] = [
  {
    name: "urldecode",
    apply: (input) => unquote(textArgument(input).replaceAll("+", " ")),
  },
  {
    name: "urlsplit",
    apply: (input, given, named) => {
      const bound = bind("urlsplit", ["query", "alias"], given, named);
      const parts = splitUrl(textArgument(input));
      const wanted = pythonString(bound.get("query") ?? "");
      if (wanted === "") return parts;
      if (!parts.has(wanted)) throw new ExpressionError(`urlsplit: unknown URL component: ${wanted}`);
      return parts.get(wanted);
    },
  },
  { name: "urlencode", apply: (input) => urlEncode(input) },
];

/** `%xx` as UTF-8 text; what is not UTF-8 becomes U+FFFD, as in Python. */
function unquote(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"));
}

export interface UrlParts {
  readonly scheme: string;
  readonly netloc: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Python's `urllib.parse.urlsplit`, after RFC 3986. Raises ExpressionError for a host in broken brackets. */
export function urlParts(url: string): UrlParts {
  let rest = url.replace(/^[\u0000-\u0020]+/, "").replace(/[\t\r\n]/g, "");
  let scheme = "";
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest);
  if (match?.[1] !== undefined) {
    scheme = match[1].toLowerCase();
    rest = rest.slice(match[0].length);
  }
  let netloc = "";
  if (rest.startsWith("//")) {
    const end = /[/?#]/.exec(rest.slice(2))?.index ?? rest.length - 2;
    netloc = rest.slice(2, 2 + end);
    rest = rest.slice(2 + end);
    if (netloc.includes("[") !== netloc.includes("]")) throw new ExpressionError("Invalid IPv6 URL");
  }
  let fragment = "";
  const hash = rest.indexOf("#");
  if (hash !== -1) [rest, fragment] = [rest.slice(0, hash), rest.slice(hash + 1)];
  let query = "";
  const mark = rest.indexOf("?");
  if (mark !== -1) [rest, query] = [rest.slice(0, mark), rest.slice(mark + 1)];
  return { scheme, netloc, path: rest, query, fragment };
}

function splitUrl(url: string): ReadonlyMap<string, unknown> {
  const { scheme, netloc, path, query, fragment } = urlParts(url);
  const at = netloc.lastIndexOf("@");
  const user = at === -1 ? undefined : netloc.slice(0, at);
  const place = netloc.slice(at + 1);
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place);
  const plain = /^([^:]*)(?::(.*))?$/s.exec(place);
  const host = bracketed?.[1] ?? plain?.[1] ?? "";
  const port = bracketed === null ? plain?.[2] : bracketed[2];
  const colon = user?.indexOf(":") ?? -1;
  return new Map<string, unknown>([
    ["fragment", fragment],
    ["hostname", host === "" ? null : host.toLowerCase()],
    ["netloc", netloc],
    ["password", user === undefined || colon === -1 ? null : user.slice(colon + 1)],
    ["path", path],
    ["port", portNumber(port)],
    ["query", query],
    ["scheme", scheme],
    ["username", user === undefined ? null : colon === -1 ? user : user.slice(0, colon)],
  ]);
}

function portNumber(text: string | undefined): number | null {
  if (text === undefined || text === "") return null;
  if (!/^\d+$/.test(text)) throw new ExpressionError(`Port could not be cast to integer value as '${text}'`);
  if (Number(text) > 65_535) throw new ExpressionError("Port out of range 0-65535");
  return Number(text);
}

function urlEncode(input: unknown): string {
  const encode = (value: unknown, forQuery: boolean) => {
    const text = encodeURIComponent(pythonString(value)).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    return forQuery ? text.replaceAll("%20", "+").replaceAll("%2F", "%2F") : text.replaceAll("%2F", "/");
  };
  if (typeof input === "string" || (!isDict(input) && !Array.isArray(input))) return encode(input, false);
  const pairs = isDict(input) ? dictEntries(input) : itemsOf(input).map(pairOf);
  return pairs.map(([key, value]) => `${encode(key, true)}=${encode(value, true)}`).join("&");
}

function pairOf(value: unknown): [unknown, unknown] {
  const items = itemsOf(value);
  if (items.length !== 2)
    throw new ExpressionError(
      items.length > 2
        ? "too many values to unpack (expected 2)"
        : `not enough values to unpack (expected 2, got ${items.length})`,
    );
  return [items[0], items[1]];
}
