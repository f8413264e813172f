import { existsSync, lstatSync, statSync } from "node:fs";
import { contains } from "./arithmetic.ts";
import { bind } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { filters } from "./filters/filters.ts";
import { toBool } from "./filters/numbers.ts";
import type { Plugin, PluginContext } from "./filters/plugin.ts";
import { textArgument } from "./methods.ts";
import { pythonRegExp } from "./regular-expression.ts";
import {
  compare,
  dictGet,
  equals,
  isDict,
  isFloat,
  isInteger,
  isNumber,
  itemsOf,
  numeric,
  pythonString,
  truthy,
} from "./values.ts";
import { compareVersions } from "./version.ts";

type Judge = (
  input: unknown,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  context: PluginContext,
) => boolean;

const JUDGES: Readonly<Record<string, Judge>> = {
  none: (input) => input === null,
  boolean: (input) => typeof input === "boolean",
  true: (input) => input === true,
  false: (input) => input === false,
  integer: (input) => isInteger(input),
  float: (input) => isFloat(input),
  number: (input) => isNumber(input) || typeof input === "boolean",
  string: (input) => typeof input === "string",
  mapping: (input) => isDict(input),
  sequence: (input) => typeof input === "string" || Array.isArray(input) || isDict(input),
  iterable: (input) => typeof input === "string" || Array.isArray(input) || isDict(input),
  callable: (input) => typeof input === "function",
  even: (input) => whole(input) % 2 === 0,
  odd: (input) => Math.abs(whole(input) % 2) === 1,
  divisibleby: (input, [number]) => whole(input) % whole(number) === 0,
  lower: (input) => pythonString(input) === pythonString(input).toLowerCase() && /\p{L}/u.test(pythonString(input)),
  upper: (input) => pythonString(input) === pythonString(input).toUpperCase() && /\p{L}/u.test(pythonString(input)),
  sameas: (input, [other]) => input === other,
  eq: (input, [other]) => equals(input, other),
  ne: (input, [other]) => !equals(input, other),
  lt: (input, [other]) => compare(input, other, "<") < 0,
  le: (input, [other]) => compare(input, other, "<=") <= 0,
  gt: (input, [other]) => compare(input, other, ">") > 0,
  ge: (input, [other]) => compare(input, other, ">=") >= 0,
  in: (input, [other]) => contains(other, input),
  filter: (input) => filters.has(pythonString(input)),
  test: (input) => tests.has(pythonString(input)),
  escaped: () => false,
  truthy: (input, given, named) => {
    const convert = bind("truthy", ["convert_bool"], given, named).get("convert_bool");
    return convert === true ? toBool(input) || (typeof input !== "string" && truthy(input)) : truthy(input);
  },
  falsy: (input, given, named) => {
    const convert = bind("falsy", ["convert_bool"], given, named).get("convert_bool");
    return !(convert === true ? toBool(input) || (typeof input !== "string" && truthy(input)) : truthy(input));
  },
  match: (input, given, named) => regex(input, given, named, "match"),
  search: (input, given, named) => regex(input, given, named, "search"),
  regex: (input, given, named) =>
    regex(input, given, named, pythonString(named.get("match_type") ?? given[3] ?? "search")),
  version: (input, given, named) => {
    const bound = bind("version", ["version", "operator", "strict", "version_type"], given, named);
    return compareVersions(
      pythonString(input),
      pythonString(bound.get("version")),
      pythonString(bound.get("operator") ?? "eq"),
      truthy(bound.get("strict") ?? false) ? "strict" : pythonString(bound.get("version_type") ?? "loose"),
    );
  },
  failed: (input) => flag(input, "failed"),
  succeeded: (input) => !flag(input, "failed"),
  skipped: (input) => flag(input, "skipped"),
  unreachable: (input) => flag(input, "unreachable"),
  reachable: (input) => !flag(input, "unreachable"),
  changed: (input) => {
    if (flag(input, "changed")) return true;
    const results = isDict(input) && dictGet(input, "changed") === undefined ? dictGet(input, "results") : undefined;
    return Array.isArray(results) && results.some((item) => isDict(item) && truthy(dictGet(item, "changed") ?? false));
  },
  timedout: (input) => {
    const timedout = resultKey(input, "timedout");
    return isDict(timedout) && truthy(dictGet(timedout, "period") ?? false);
  },
  started: (input) => truthy(resultKey(input, "started") ?? true),
  finished: (input) => truthy(resultKey(input, "finished") ?? true),
  all: (input) => itemsOf(input).every(truthy),
  any: (input) => itemsOf(input).some(truthy),
  subset: (input, [other]) => itemsOf(input).every((item) => contains(itemsOf(other), item)),
  superset: (input, [other]) => itemsOf(other).every((item) => contains(itemsOf(input), item)),
  contains: (input, [item]) => contains(input, item),
  exists: (input) => existsSync(textArgument(input)),
  file: (input) => statSync(textArgument(input), { throwIfNoEntry: false })?.isFile() ?? false,
  directory: (input) => statSync(textArgument(input), { throwIfNoEntry: false })?.isDirectory() ?? false,
  link: (input) => lstatSync(textArgument(input), { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
  abs: (input) => textArgument(input).startsWith("/"),
  vault_encrypted: (input) => pythonString(input).startsWith("$ANSIBLE_VAULT;"),
};

const ALIASES: Readonly<Record<string, string>> = {
  "==": "eq",
  equalto: "eq",
  "!=": "ne",
  "<": "lt",
  lessthan: "lt",
  "<=": "le",
  ">": "gt",
  greaterthan: "gt",
  ">=": "ge",
  success: "succeeded",
  successful: "succeeded",
  failure: "failed",
  change: "changed",
  skip: "skipped",
  version_compare: "version",
  issubset: "subset",
  issuperset: "superset",
  is_file: "file",
  is_dir: "directory",
  is_link: "link",
  is_abs: "abs",
};

/** Every test by its short name. */
export const tests: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ["defined", { name: "defined", acceptsUndefined: true, apply: (input) => !(input instanceof Undefined) }],
  ["undefined", { name: "undefined", acceptsUndefined: true, apply: (input) => input instanceof Undefined }],
  ...Object.entries(JUDGES).map(([name, apply]) => [name, { name, apply }] as const),
  ...Object.entries(ALIASES).map(([alias, name]) => {
    const apply: Judge = (input, given, named, context) => JUDGES[name]?.(input, given, named, context) ?? false;
    return [alias, { name: alias, apply }] as const;
  }),
]);

function whole(value: unknown): number {
  const number = numeric(value);
  if (number === undefined) throw new ExpressionError("not all arguments converted during string formatting");
  return number;
}

function resultKey(input: unknown, key: string): unknown {
  if (!isDict(input)) throw new ExpressionError(`The '${key}' test expects a dictionary`);
  return dictGet(input, key);
}

function flag(input: unknown, key: string): boolean {
  return truthy(resultKey(input, key) ?? false);
}

function regex(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>, kind: string): boolean {
  const bound = bind("regex", ["pattern", "ignorecase", "multiline", "match_type"], given, named);
  const flags = `${truthy(bound.get("ignorecase") ?? false) ? "i" : ""}${truthy(bound.get("multiline") ?? false) ? "m" : ""}`;
  const pattern = textArgument(bound.get("pattern") ?? "");
  const text = pythonString(input);
  const match = pythonRegExp(pattern, flags).exec(text);
  if (kind === "match") {
    const anchored = pythonRegExp(pattern, flags);
    const sticky = new RegExp(anchored.source, `${anchored.flags.replace("g", "")}y`);
    return sticky.test(text);
  }
  if (kind === "fullmatch") return match !== null && match[0].length === text.length;
  return match !== null;
}
