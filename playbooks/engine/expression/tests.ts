import { arithmetic, contains } from "./arithmetic.ts";
import { bind } from "./callable.ts";
import { ExpressionError, Failed, Undefined } from "./errors.ts";
import { filters } from "./filters/filters.ts";
import { toBool } from "./filters/numbers.ts";
import type { Plugin, PluginContext } from "./filters/plugin.ts";
import { urlParts } from "./filters/urls.ts";
import { Instance } from "./instance.ts";
import { fileTests } from "./path-tests.ts";
import { regularExpressionTests } from "./regular-expression-tests.ts";
import { resultTests } from "./result-tests.ts";
import { Range, Tuple } from "./sequences.ts";
import { TEST_SIGNATURES } from "./signatures.ts";
import {
  compare,
  definedItems,
  equals,
  floatOf,
  integerOf,
  isDict,
  isFloat,
  isInteger,
  isNumber,
  itemsOf,
  numeric,
  pythonString,
  truthy,
  typeName,
} from "./values.ts";
import { compareVersions } from "./version.ts";

/** What a test says of its input; true or false. */
export type Judge = (
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
  iterable: (input) =>
    typeof input === "string" ||
    Array.isArray(input) ||
    isDict(input) ||
    (input instanceof Instance && input.items() !== undefined),
  callable: (input) => typeof input === "function" || (input instanceof Instance && input.call !== undefined),
  even: (input) => numeric(remainder(input, 2)) === 0,
  odd: (input) => numeric(remainder(input, 2)) === 1,
  divisibleby: (input, given, named) =>
    numeric(remainder(input, bind("divisibleby", ["num"], given, named).get("num"))) === 0,
  lower: (input) => /\p{Ll}/u.test(pythonString(input)) && !/[\p{Lu}\p{Lt}]/u.test(pythonString(input)),
  upper: (input) => /\p{Lu}/u.test(pythonString(input)) && !/[\p{Ll}\p{Lt}]/u.test(pythonString(input)),
  sameas: (input, [other]) => isSame(input, other),
  eq: (input, [other]) => equals(listedWhole(input), other),
  ne: (input, [other]) => !equals(listedWhole(input), other),
  lt: (input, [other]) => compare(input, other, "<") < 0,
  le: (input, [other]) => compare(input, other, "<=") <= 0,
  gt: (input, [other]) => compare(input, other, ">") > 0,
  ge: (input, [other]) => compare(input, other, ">=") >= 0,
  in: (input, [other]) => contains(other, listedWhole(input)),
  filter: (input) => knows(filters, input),
  test: (input) => knows(tests, input),
  escaped: () => false,
  truthy: isTruthy,
  falsy: (input, given, named, context) => !isTruthy(input, given, named, context),
  version: (input, given, named) => {
    const bound = bind("version", ["version", "operator", "strict", "version_type"], given, named);
    const [strict, kind] = [bound.get("strict") ?? null, bound.get("version_type") ?? null];
    if (strict !== null && kind !== null) throw new ExpressionError("Cannot specify both 'strict' and 'version_type'");
    if (!truthy(input)) throw new ExpressionError("Input version value cannot be empty");
    if (!truthy(bound.get("version")))
      throw new ExpressionError("Version parameter to compare against cannot be empty");
    return compareVersions(
      pythonString(input),
      pythonString(bound.get("version")),
      pythonString(bound.get("operator") ?? "eq"),
      truthy(strict) ? "strict" : truthy(kind) ? pythonString(kind) : "loose",
    );
  },
  all: (input) => itemsOf(input).every(truthy),
  any: (input) => itemsOf(input).some(truthy),
  subset: (input, [other]) => within(hashed(input), hashed(other)),
  superset: (input, [other]) => within(hashed(other), hashed(input)),
  contains: (input, given, named) => contains(input, bind("contains", ["value"], given, named).get("value")),
  nan: (input) => Number.isNaN(numeric(input) ?? 0),
  uri: (input, given, named) => isUri(input, bind("uri", ["schemes"], given, named).get("schemes")),
  url: (input, given, named) => {
    if (!isUri(input, bind("url", ["schemes"], given, named).get("schemes")) || typeof input !== "string") return false;
    const { netloc, scheme } = urlParts(input);
    return netloc !== "" || scheme === "file";
  },
  urn: (input) => isUri(input, ["urn"]),
  ...resultTests,
  ...regularExpressionTests,
  ...fileTests,
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
  isnan: "nan",
  is_file: "file",
  is_dir: "directory",
  is_link: "link",
  is_abs: "abs",
  is_mount: "mount",
  is_same_file: "same_file",
};

/** Every test by its short name. */
export const tests: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ["defined", { name: "defined", acceptsUndefined: true, signature: "", apply: (input) => definedness(input, true) }],
  [
    "undefined",
    { name: "undefined", acceptsUndefined: true, signature: "", apply: (input) => definedness(input, false) },
  ],
  ...Object.entries(JUDGES).map(([name, apply]) => [name, signed(name, apply)] as const),
  ...Object.entries(ALIASES).map(([alias, name]) => [alias, signed(alias, JUDGES[name])] as const),
]);

function signed(name: string, judge: Judge | undefined): Plugin {
  const signature = TEST_SIGNATURES[name];
  const apply: Judge = judge ?? (() => false);
  return { name, apply, ...(signature === undefined ? {} : { signature }) };
}

/** The value; a list with something undefined in it is as undefined as that. */
function listedWhole(value: unknown): unknown {
  if (Array.isArray(value)) definedItems(value);
  return value;
}

/** What failed is neither defined nor undefined. */
function definedness(input: unknown, wanted: boolean): unknown {
  if (input instanceof Failed) return input;
  return input instanceof Undefined !== wanted;
}

function remainder(value: unknown, by: unknown): unknown {
  const result = arithmetic("%", value, by);
  if (typeof result === "string") return result;
  return isInteger(result) ? integerOf(BigInt(result)) : floatOf(numeric(result) ?? 0);
}

/** `is`: one and the same; of numbers and texts, of one type and equal. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left === "object" && !isNumber(left)) return false;
  return isNumber(left) && isNumber(right) && typeName(left) === typeName(right) && isInteger(left) && left === right;
}

function knows(table: ReadonlyMap<string, unknown>, name: unknown): boolean {
  // The original cannot load what is not named by a text, and takes what it cannot load for one that there is.
  if (typeof name !== "string") return name instanceof Range || hashed([name]).length > 0;
  return table.has(name) || table.has(name.replace(/^ansible\.(builtin|legacy)\./, ""));
}

const TRUE_WORDS = new Set(["y", "yes", "on", "1", "true", "t"]);
const FALSE_WORDS = new Set(["n", "no", "off", "0", "false", "f"]);

function isTruthy(
  input: unknown,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  _context: PluginContext,
) {
  const convert = bind("truthy", ["convert_bool"], given, named).get("convert_bool") ?? false;
  if (!truthy(convert)) return truthy(input);
  const word = typeof input === "string" ? input.toLowerCase().trim() : undefined;
  if (word !== undefined && TRUE_WORDS.has(word)) return true;
  if (word !== undefined && FALSE_WORDS.has(word)) return false;
  return typeof input === "boolean" ? toBool(input) : truthy(input);
}

function hashed(value: unknown): readonly unknown[] {
  const items = definedItems(value);
  for (const item of items)
    if (isDict(item) || (Array.isArray(item) && !(item instanceof Tuple)))
      throw new ExpressionError(`unhashable type: '${typeName(item)}'`);
  return items;
}

function within(small: readonly unknown[], large: readonly unknown[]): boolean {
  return small.every((item) => large.some((other) => equals(item, other)));
}

function isUri(input: unknown, schemes: unknown): boolean {
  if (typeof input !== "string" && input !== null && !isDict(input) && !Array.isArray(input)) return false;
  try {
    const { scheme } = urlParts(typeof input === "string" ? input : "");
    if (typeof input !== "string" && truthy(input)) return false;
    return schemes === undefined || schemes === null || !truthy(schemes) || contains(schemes, scheme);
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
