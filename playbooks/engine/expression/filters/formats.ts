import { createHash, getHashes } from "node:crypto";
import { messageOf } from "#inventory/kernel/errors.ts";
import { loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { parseJson } from "../json-reader.ts";
import { writeJson } from "../json-writer.ts";
import { textArgument } from "../methods.ts";
import { numeric, pythonString, truthy } from "../values.ts";
import { writeYaml } from "../yaml-writer.ts";
import type { Plugin } from "./plugin.ts";

type Named = ReadonlyMap<string, unknown>;

const UUID_NAMESPACE = "361E6D51FAEC444A9079341386DA8E2E";

export const formatFilters: readonly Plugin[] = [
  { name: "to_json", apply: (input, _given, named) => writeJson(input, jsonOptions(named)) },
  {
    name: "to_nice_json",
    apply: (input, given, named) => {
      const bound = bind("to_nice_json", ["indent", "sort_keys", "ensure_ascii", "separators"], given, named);
      return writeJson(input, {
        ...jsonOptions(bound),
        indent: Number(bound.get("indent") ?? 4),
        sortKeys: truthy(bound.get("sort_keys") ?? true),
      });
    },
  },
  {
    name: "tojson",
    apply: (input, [indent]) => {
      const text = writeJson(input, {
        ...(indent === undefined ? {} : { indent: Number(indent) }),
        sortKeys: true,
        ensureAscii: true,
      });
      return text.replace(/[<>&']/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    },
  },
  {
    name: "from_json",
    apply: (input) => parseJson(textArgument(input)),
  },
  { name: "to_yaml", apply: (input, _given, named) => writeYaml(input, yamlOptions(named, 0)) },
  { name: "to_nice_yaml", apply: (input, given, named) => writeYaml(input, yamlOptions(named, Number(given[0] ?? 4))) },
  {
    name: "from_yaml",
    apply: (input) => {
      if (typeof input !== "string") return input;
      try {
        return loadYamlWithPositions(input, "<unicode string>").value;
      } catch (error) {
        throw new ExpressionError(messageOf(error), { cause: error });
      }
    },
  },
  {
    name: "b64encode",
    apply: (input, given, named) => {
      const bound = bind("b64encode", ["encoding", "urlsafe"], given, named);
      const text = encoded(pythonString(input), bound).toString("base64");
      return truthy(bound.get("urlsafe") ?? false) ? text.replaceAll("+", "-").replaceAll("/", "_") : text;
    },
  },
  {
    name: "b64decode",
    apply: (input, given, named) => {
      const bound = bind("b64decode", ["encoding", "urlsafe"], given, named);
      const text = textArgument(input).replace(/[^A-Za-z0-9+/=_-]/g, "");
      if (text.replace(/=+$/, "").length % 4 === 1 || text.length % 4 !== 0)
        throw new ExpressionError("Incorrect padding");
      return Buffer.from(text, "base64").toString(nodeEncoding(bound));
    },
  },
  { name: "hash", apply: (input, [kind]) => digest(pythonString(kind ?? "sha1"), pythonString(input)) },
  { name: "md5", apply: (input) => digest("md5", pythonString(input)) },
  { name: "sha1", apply: (input) => digest("sha1", pythonString(input)) },
  { name: "checksum", apply: (input) => digest("sha1", pythonString(input)) },
  {
    name: "to_uuid",
    apply: (input, [namespace]) => {
      const space = pythonString(namespace ?? UUID_NAMESPACE).replaceAll("-", "");
      if (!/^[0-9a-fA-F]{32}$/.test(space)) throw new ExpressionError(`Invalid value '${space}' for 'namespace'`);
      const bytes = createHash("sha1")
        .update(Buffer.from(space, "hex"))
        .update(pythonString(input))
        .digest()
        .subarray(0, 16);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  },
  {
    name: "strftime",
    apply: (input, given, named) => {
      const bound = bind("strftime", ["second", "utc"], given, named);
      const second = bound.get("second");
      const time =
        second === undefined || second === null ? undefined : (numeric(second) ?? Number(textArgument(second)));
      if (time !== undefined && Number.isNaN(time))
        throw new ExpressionError(`Invalid value for epoch value (${pythonString(second)})`);
      const date = time === undefined ? new Date() : new Date(time * 1000);
      return strftime(textArgument(input), date, truthy(bound.get("utc") ?? false));
    },
  },
];

function jsonOptions(named: Named) {
  const indent = numeric(named.get("indent"));
  return {
    ...(indent === undefined ? {} : { indent }),
    sortKeys: truthy(named.get("sort_keys") ?? false),
    ensureAscii: truthy(named.get("ensure_ascii") ?? true),
    ...(Array.isArray(named.get("separators"))
      ? { separators: (named.get("separators") as unknown[]).map(pythonString) }
      : {}),
  };
}

function yamlOptions(named: Named, indent: number) {
  const style = named.get("default_flow_style");
  return {
    indent: numeric(named.get("indent")) ?? indent,
    sortKeys: truthy(named.get("sort_keys") ?? true),
    width: numeric(named.get("width")) ?? 80,
    flow:
      style === undefined
        ? indent === 0
          ? ("leaves" as const)
          : ("never" as const)
        : style === null
          ? ("leaves" as const)
          : truthy(style)
            ? ("always" as const)
            : ("never" as const),
  };
}

function nodeEncoding(bound: Named): BufferEncoding {
  const name = pythonString(bound.get("encoding") ?? "utf-8").toLowerCase();
  if (/^utf-?8$/.test(name)) return "utf8";
  if (/^(latin-?1|iso-8859-1)$/.test(name)) return "latin1";
  if (/^utf-?16(-?le)?$/.test(name)) return "utf16le";
  if (name === "ascii") return "ascii";
  throw new ExpressionError(`unknown encoding: ${name}`);
}

function encoded(text: string, bound: Named): Buffer {
  const buffer = Buffer.from(text, nodeEncoding(bound));
  const name = pythonString(bound.get("encoding") ?? "utf-8").toLowerCase();
  return /^utf-?16$/.test(name) ? Buffer.concat([Buffer.from([0xff, 0xfe]), buffer]) : buffer;
}

function digest(kind: string, text: string): string {
  const name = kind
    .toLowerCase()
    .replace("_", "-")
    .replace(/^sha3-/, "sha3-");
  const known = getHashes().find((hash) => hash.toLowerCase() === name);
  if (known === undefined) throw new ExpressionError(`unsupported hash type ${kind}`);
  return createHash(known).update(text).digest("hex");
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** C's strftime in the C locale. */
export function strftime(format: string, date: Date, utc: boolean): string {
  const at = utc ? date : new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = at.getUTCDay();
  const start = Date.UTC(at.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor((at.getTime() - start) / 86_400_000) + 1;
  const offset = utc ? 0 : -date.getTimezoneOffset();
  const parts: Readonly<Record<string, () => string>> = {
    "%Y": () => String(at.getUTCFullYear()),
    "%y": () => two(at.getUTCFullYear() % 100),
    "%m": () => two(at.getUTCMonth() + 1),
    "%d": () => two(at.getUTCDate()),
    "%e": () => String(at.getUTCDate()).padStart(2),
    "%H": () => two(at.getUTCHours()),
    "%I": () => two(at.getUTCHours() % 12 || 12),
    "%M": () => two(at.getUTCMinutes()),
    "%S": () => two(at.getUTCSeconds()),
    "%p": () => (at.getUTCHours() < 12 ? "AM" : "PM"),
    "%j": () => String(dayOfYear).padStart(3, "0"),
    "%a": () => (DAYS[day] ?? "").slice(0, 3),
    "%A": () => DAYS[day] ?? "",
    "%b": () => (MONTHS[at.getUTCMonth()] ?? "").slice(0, 3),
    "%B": () => MONTHS[at.getUTCMonth()] ?? "",
    "%w": () => String(day),
    "%u": () => String(day === 0 ? 7 : day),
    "%s": () => String(Math.floor(date.getTime() / 1000)),
    "%F": () => strftime("%Y-%m-%d", date, utc),
    "%T": () => strftime("%H:%M:%S", date, utc),
    "%D": () => strftime("%m/%d/%y", date, utc),
    "%R": () => strftime("%H:%M", date, utc),
    "%c": () => strftime("%a %b %e %H:%M:%S %Y", date, utc),
    "%x": () => strftime("%m/%d/%y", date, utc),
    "%X": () => strftime("%H:%M:%S", date, utc),
    "%f": () => `${String(at.getUTCMilliseconds()).padStart(3, "0")}000`,
    "%z": () => `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`,
    "%Z": () => (offset === 0 ? (utc ? "GMT" : "UTC") : ""),
    "%n": () => "\n",
    "%t": () => "\t",
    "%%": () => "%",
  };
  return format.replace(/%[a-zA-Z%]/g, (code) => parts[code]?.() ?? code);
}
