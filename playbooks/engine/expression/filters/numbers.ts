import { arithmetic } from "../arithmetic.ts";
import { bind } from "../callable.ts";
import { ExpressionError, Undefined } from "../errors.ts";
import { floatOf, integerOf, isFloat, isInteger, numeric, pythonString, truthy, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const numberFilters: readonly Plugin[] = [
  {
    name: "default",
    acceptsUndefined: true,
    apply: (input, given, named) => {
      const bound = bind("default", ["default_value", "boolean"], given, named);
      const otherwise = bound.has("default_value") ? bound.get("default_value") : "";
      if (input instanceof Undefined) return input.isBlank ? input : otherwise;
      return bound.get("boolean") === true && !truthy(input) ? otherwise : input;
    },
  },
  {
    name: "ternary",
    acceptsUndefined: true,
    apply: (input, given, named) => {
      const bound = bind("ternary", ["true_val", "false_val", "none_val"], given, named);
      if (!bound.has("false_val"))
        throw new ExpressionError("ternary() missing 1 required positional argument: 'false_val'");
      const none = bound.get("none_val");
      if (input === null && none !== undefined && none !== null) return none;
      return truthy(input) ? bound.get("true_val") : bound.get("false_val");
    },
  },
  {
    name: "mandatory",
    acceptsUndefined: true,
    apply: (input, given, named) => {
      if (!(input instanceof Undefined)) return input;
      const message = bind("mandatory", ["msg"], given, named).get("msg");
      const name = /^('.*') is undefined$/.exec(input.message)?.[1];
      throw new ExpressionError(
        typeof message === "string"
          ? message
          : `Mandatory variable ${name === undefined ? "" : `${name} `}not defined.`,
      );
    },
  },
  { name: "bool", apply: (input) => toBool(input) },
  {
    name: "int",
    apply: (input, given, named) => {
      const bound = bind("int", ["default", "base"], given, named);
      const base = Number(bound.get("base") ?? 10);
      return toInteger(input, base) ?? (bound.has("default") ? bound.get("default") : 0);
    },
  },
  {
    name: "float",
    apply: (input, given, named) => {
      const bound = bind("float", ["default"], given, named);
      const number = typeof input === "string" ? parseFloatText(input) : numeric(input);
      if (number !== undefined) return floatOf(number);
      return bound.has("default") ? bound.get("default") : floatOf(0);
    },
  },
  {
    name: "abs",
    apply: (input) => {
      const number = numeric(input);
      if (number === undefined) throw new ExpressionError(`bad operand type for abs(): '${typeName(input)}'`);
      if (typeof input === "bigint") return input < 0n ? -input : input;
      return isFloat(input) ? floatOf(Math.abs(number)) : Math.abs(number);
    },
  },
  {
    name: "round",
    apply: (input, given, named) => {
      const bound = bind("round", ["precision", "method"], given, named);
      const number = numeric(input);
      if (number === undefined) throw new ExpressionError(`type ${typeName(input)} doesn't define __round__ method`);
      const method = pythonString(bound.get("method") ?? "common");
      const scale = 10 ** Number(bound.get("precision") ?? 0);
      if (method === "ceil") return floatOf(Math.ceil(number * scale) / scale);
      if (method === "floor") return floatOf(Math.floor(number * scale) / scale);
      if (method !== "common") throw new ExpressionError("method must be common, ceil or floor");
      const rounded = roundHalfEven(number, Number(bound.get("precision") ?? 0));
      return isInteger(input) ? rounded : floatOf(rounded);
    },
  },
  { name: "pow", apply: (input, [power]) => floatOf(real(input) ** real(power)) },
  {
    name: "root",
    apply: (input, [base]) => {
      const degree = base === undefined ? 2 : real(base);
      return floatOf(degree === 2 ? Math.sqrt(real(input)) : real(input) ** (1 / degree));
    },
  },
  {
    name: "log",
    apply: (input, [base]) => {
      const number = real(input);
      if (number <= 0) throw new ExpressionError("log() can only be used on numbers: math domain error");
      if (base === undefined) return floatOf(Math.log(number));
      return floatOf(real(base) === 10 ? Math.log10(number) : Math.log(number) / Math.log(real(base)));
    },
  },
  { name: "human_readable", apply: humanReadable },
  { name: "human_to_bytes", apply: humanToBytes },
];

function real(value: unknown): number {
  const number = numeric(value);
  if (number === undefined) throw new ExpressionError(`must be real number, not ${typeName(value)}`);
  return number;
}

const TRUE_WORDS = new Set(["yes", "on", "true", "1"]);

/** Ansible's `bool`: its words for yes, and 1; everything else is no. */
export function toBool(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return TRUE_WORDS.has(value.toLowerCase());
  return numeric(value) === 1;
}

/** Python's `int(value)` as Jinja2's filter uses it: undefined when there is no whole number in it. */
export function toInteger(value: unknown, base = 10): unknown {
  if (typeof value === "bigint") return value;
  const number = numeric(value);
  if (number !== undefined) return Number.isFinite(number) ? wholeOf(Math.trunc(number)) : undefined;
  if (typeof value !== "string") return undefined;
  let text = value.trim().replace(/(?<=[0-9a-zA-Z])_(?=[0-9a-zA-Z])/g, "");
  const negative = text.startsWith("-");
  text = text.replace(/^[-+]/, "");
  const prefix = { 16: /^0[xX]/, 8: /^0[oO]/, 2: /^0[bB]/ }[base];
  if (prefix !== undefined) text = text.replace(prefix, "");
  const digits = "0123456789abcdefghijklmnopqrstuvwxyz".slice(0, base);
  if (text === "" || ![...text.toLowerCase()].every((digit) => digits.includes(digit))) {
    const float = base === 10 ? parseFloatText(value) : undefined;
    return float === undefined || !Number.isFinite(float) ? undefined : wholeOf(Math.trunc(float));
  }
  let whole = 0n;
  for (const digit of text.toLowerCase()) whole = whole * BigInt(base) + BigInt(digits.indexOf(digit));
  return integerOf(negative ? -whole : whole);
}

function wholeOf(value: number): number | bigint {
  return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
}

function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim().replace(/(?<=\d)_(?=\d)/g, "");
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^[-+]?(?:inf|infinity)$/i.test(trimmed))
    return trimmed.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return /^[-+]?nan$/i.test(trimmed) ? Number.NaN : undefined;
}

/** Python's `round`: ties go to the even neighbour, judged on the exact binary value. */
function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value)) return value;
  if (digits < 0) {
    const scale = 10 ** -digits;
    return roundHalfEven(value / scale, 0) * scale;
  }
  if (digits === 0) {
    const floor = Math.floor(value);
    const rest = value - floor;
    if (rest !== 0.5) return Math.round(value);
    return floor % 2 === 0 ? floor : floor + 1;
  }
  return Number(value.toFixed(Math.min(digits, 100)));
}

const SIZES: readonly [string, number][] = [
  ["Y", 2 ** 80],
  ["Z", 2 ** 70],
  ["E", 2 ** 60],
  ["P", 2 ** 50],
  ["T", 2 ** 40],
  ["G", 2 ** 30],
  ["M", 2 ** 20],
  ["K", 2 ** 10],
  ["B", 1],
];

function humanReadable(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): string {
  const bound = bind("human_readable", ["isbits", "unit"], given, named);
  const size = typeof input === "string" ? Number(input) : real(input);
  const bits = truthy(bound.get("isbits") ?? false);
  const unit = bound.get("unit");
  const [suffix, limit] =
    SIZES.find(([letter, least]) =>
      unit === undefined || unit === null ? size >= least : letter === pythonString(unit).toUpperCase()[0],
    ) ?? (["B", 1] as const);
  const base = bits ? "bits" : "Bytes";
  const name = suffix === "B" ? base : suffix + (bits ? "b" : "B");
  return `${(size / limit).toFixed(2)} ${name}`;
}

function humanToBytes(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
  const bound = bind("human_to_bytes", ["default_unit", "isbits"], given, named);
  const match = /^\s*(\d*\.?\d*)\s*([A-Za-z]+)?/.exec(pythonString(input));
  const number = Number(match?.[1] ?? "");
  if (match === null || match[1] === "" || Number.isNaN(number))
    throw new ExpressionError(`human_to_bytes() can't interpret following string: ${pythonString(input)}`);
  const unit =
    match[2] ?? (typeof bound.get("default_unit") === "string" ? pythonString(bound.get("default_unit")) : "");
  if (unit === "") return Math.round(number);
  const size = SIZES.find(([letter]) => letter === unit[0]?.toUpperCase());
  const isBits = truthy(bound.get("isbits") ?? false);
  const isValid = isBits ? /^(?:[a-zA-Z]b?|[a-zA-Z]?bits?)$/ : /^(?:[a-zA-Z]B?|[bB]ytes?|[a-zA-Z]?[bB]ytes?)$/;
  if (size === undefined || !isValid.test(unit))
    throw new ExpressionError(`human_to_bytes() failed to convert ${pythonString(input)}. Value is not a valid string`);
  return arithmetic("+", Math.round(number * size[1]), 0);
}
