import { bind } from "../callable.ts";
import { ExpressionError, Failed, Undefined } from "../errors.ts";
import {
  definedItems,
  floatOf,
  integerOf,
  isFloat,
  isInteger,
  numeric,
  pythonRepr,
  pythonString,
  truthy,
  typeName,
} from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const numberFilters: readonly Plugin[] = [
  {
    name: "default",
    acceptsUndefined: true,
    apply: (input, given, named) => {
      const bound = bind("default", ["default_value", "boolean"], given, named);
      const otherwise = bound.has("default_value") ? bound.get("default_value") : "";
      const boolean = bound.get("boolean") ?? false;
      if (boolean instanceof Undefined) throw boolean.error();
      if (typeof boolean !== "boolean")
        throw new ExpressionError(`The 'boolean' argument must be of type 'bool', not '${typeName(boolean)}'.`);
      if (input instanceof Undefined && !input.isBlank) return input instanceof Failed ? input : otherwise;
      return boolean && !truthy(input) ? otherwise : input;
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
      const message = bind("mandatory", ["msg"], given, named).get("msg");
      if (!(input instanceof Undefined) || input instanceof Failed || input.isBlank) return input;
      const name = input.missingName === undefined ? undefined : pythonRepr(input.missingName);
      throw new ExpressionError(
        message !== undefined && message !== null
          ? pythonString(message)
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
      return isInteger(input) || typeof input === "boolean" ? rounded : floatOf(rounded);
    },
  },
  {
    name: "pow",
    apply: (input, given) => {
      if (given.length !== 1) throw new ExpressionError("power() missing 1 required positional argument: 'y'");
      return floatOf(raised(real(input, "pow"), real(given[0], "pow")));
    },
  },
  {
    name: "root",
    apply: (input, [base]) => {
      const degree = base === undefined ? 2 : real(base, "root");
      if (degree === 0) throw new ExpressionError("float division by zero");
      if (degree === 2 && real(input, "root") < 0)
        throw new ExpressionError("root() can only be used on numbers: math domain error");
      return floatOf(degree === 2 ? Math.sqrt(real(input, "root")) : raised(real(input, "root"), 1 / degree));
    },
  },
  {
    name: "log",
    apply: (input, [base]) => {
      const number = real(input, "log");
      if (number <= 0) throw new ExpressionError("log() can only be used on numbers: math domain error");
      if (base === undefined) return floatOf(Math.log(number));
      return floatOf(real(base, "log") === 10 ? Math.log10(number) : Math.log(number) / Math.log(real(base, "log")));
    },
  },
];

/** Python's `math.pow`. */
function raised(base: number, exponent: number): number {
  const result = base ** exponent;
  if ((Number.isNaN(result) && !Number.isNaN(base) && !Number.isNaN(exponent)) || (base === 0 && exponent < 0))
    throw new ExpressionError("math domain error");
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent))
    throw new ExpressionError("math range error");
  return result;
}

function real(value: unknown, filter: string): number {
  const number = numeric(value);
  if (number === undefined)
    throw new ExpressionError(`${filter}() can only be used on numbers: must be real number, not ${typeName(value)}`);
  return number;
}

const TRUE_WORDS = new Set(["yes", "on", "true", "1"]);

/** Ansible's `bool`: its words for yes, and 1; everything else is no. */
export function toBool(value: unknown): boolean {
  if (Array.isArray(value)) definedItems(value);
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

export function parseFloatText(text: string): number | undefined {
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
