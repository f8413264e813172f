import { ExpressionError, Undefined } from "./errors.ts";
import { Tuple } from "./sequences.ts";
import {
  dictGet,
  dictHas,
  floatText,
  isDict,
  isFloat,
  isInteger,
  numeric,
  pythonRepr,
  pythonString,
  typeName,
} from "./values.ts";

/** `text % values` as Python's printf-style formatting does it. */
export function percentFormat(text: string, values: unknown): string {
  const list = values instanceof Tuple ? values : [values];
  const isMapping =
    isDict(values) || (Array.isArray(values) && !(values instanceof Tuple)) || values instanceof Undefined;
  let next = 0;
  const result = text.replace(
    /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])/g,
    (
      whole,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === "%") return "%";
      const take = () => {
        if (next >= list.length) throw new ExpressionError("not enough arguments for format string");
        const value = list[next++];
        if (value instanceof Undefined) throw value.error();
        return value;
      };
      const wide = width === "*" ? Number(take()) : Number(width ?? 0);
      const digits = precision === "*" ? Number(take()) : precision === undefined ? undefined : Number(precision);
      let value: unknown;
      if (name === undefined) value = take();
      else {
        if (!isDict(values)) throw new ExpressionError("format requires a mapping");
        if (!dictHas(values, name)) throw new ExpressionError(pythonRepr(name));
        value = dictGet(values, name);
      }
      const body = percentBody(kind, value, digits, flags, whole);
      return pad(body, wide, flags, !"srac".includes(kind));
    },
  );
  if (next < list.length && !isMapping)
    throw new ExpressionError("not all arguments converted during string formatting");
  return result;
}

function percentBody(kind: string, value: unknown, digits: number | undefined, flags: string, whole: string): string {
  if (kind === "s") return pythonString(value).slice(0, digits);
  if (kind === "r") return pythonRepr(value).slice(0, digits);
  if (kind === "a") return pythonAscii(value).slice(0, digits);
  if (kind === "c") return typeof value === "number" ? String.fromCodePoint(value) : pythonString(value);
  const number = numeric(value);
  if (number === undefined) {
    const wanted = "diuxXo".includes(kind) ? "a real number is required" : "must be real number";
    throw new ExpressionError(`%${kind} format: ${wanted}, not ${typeName(value)}`);
  }
  const sign = number < 0 ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const size = Math.abs(number);
  if ("diu".includes(kind)) return sign + String(Math.trunc(size)).padStart(digits ?? 0, "0");
  if ("xX".includes(kind))
    return sign + (flags.includes("#") ? "0x" : "") + letterCase(Math.trunc(size).toString(16), kind);
  if (kind === "o") return sign + (flags.includes("#") ? "0o" : "") + Math.trunc(size).toString(8);
  if ("fFeEgG".includes(kind)) return sign + letterCase(floatBody(size, kind.toLowerCase(), digits ?? 6), kind);
  throw new ExpressionError(
    `unsupported format character '${kind}' (0x${kind.charCodeAt(0).toString(16)}) in ${whole}`,
  );
}

/** `ascii(value)`: as `repr`, everything beyond ASCII escaped. */
function pythonAscii(value: unknown): string {
  return pythonRepr(value).replace(/[^\u0000-\u007f]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    const digits = code.toString(16);
    if (code < 0x100) return `\\x${digits}`;
    return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
  });
}

function letterCase(text: string, kind: string): string {
  return kind === kind.toUpperCase() ? text.toUpperCase() : text;
}

function pad(body: string, width: number, flags: string, isNumber: boolean): string {
  if (body.length >= width) return body;
  if (flags.includes("-")) return body.padEnd(width);
  if (flags.includes("0") && isNumber) {
    const sign = /^[-+ ]/.exec(body)?.[0] ?? "";
    return sign + body.slice(sign.length).padStart(width - sign.length, "0");
  }
  return body.padStart(width);
}

function floatBody(value: number, kind: string, digits: number): string {
  if (!Number.isFinite(value)) return floatText(value);
  if (kind === "f") return fixedText(value, digits);
  if (kind === "e") return exponent(value.toExponential(Math.min(digits, 100)));
  const significant = Math.max(1, digits);
  const power = value === 0 ? 0 : Math.floor(Math.log10(Number(value.toPrecision(significant))));
  if (power < -4 || power >= significant)
    return exponent(value.toExponential(significant - 1).replace(/\.?0+(?=e)/, ""));
  const fixed = value.toFixed(Math.max(0, significant - 1 - power));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
}

/** Decimals of the exact value, ties to even: `toFixed` rounds ties up and gives up beyond 1e21. */
function fixedText(value: number, digits: number): string {
  if (value >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  const text = value.toFixed(Math.min(digits, 100));
  const longer = value.toFixed(Math.min(100, digits + 30));
  const isTie = digits <= 70 && /^50*$/.test(longer.slice(longer.length - 30)) && Number.isFinite(value);
  if (!isTie) return text;
  const down = longer.slice(0, longer.length - 30).replace(/\.$/, "");
  return /[02468]$/.test(down) ? down : text;
}

function exponent(text: string): string {
  return text.replace(/e([-+])(\d)$/, "e$10$2");
}

/** Values of `{name}` fields. */
export interface NamedValues {
  has(name: string): boolean;
  get(name: string): unknown;
}

/** `text.format(*values, **named)`: fields, indexes, conversions and the format mini-language. */
export function braceFormat(text: string, values: readonly unknown[], named: NamedValues): string {
  let automatic = 0;
  return text.replace(
    /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*(?:\{[^{}]*\}[^{}]*)*))?\}|[{}]/g,
    (whole, field: string | undefined, conversion: string | undefined, format: string | undefined) => {
      if (whole === "{{") return "{";
      if (whole === "}}") return "}";
      if (field === undefined) throw new ExpressionError(`Single '${whole}' encountered in format string`);
      let value = fieldValue(field === "" ? String(automatic++) : field, values, named);
      if (conversion === "r") value = pythonRepr(value);
      if (conversion === "a") value = pythonAscii(value);
      if (conversion === "s") value = pythonString(value);
      const inner = (format ?? "").replace(/\{([^{}]*)\}/g, (_all, name: string) =>
        pythonString(fieldValue(name === "" ? String(automatic++) : name, values, named)),
      );
      return formatValue(value, inner);
    },
  );
}

function fieldValue(path: string, values: readonly unknown[], named: NamedValues): unknown {
  const [first = "", ...rest] = path.split(/\.|\[/);
  let value: unknown;
  if (/^\d+$/.test(first)) {
    if (Number(first) >= values.length)
      throw new ExpressionError(`Replacement index ${first} out of range for positional args tuple`);
    value = values[Number(first)];
  } else {
    if (!named.has(first)) throw new ExpressionError(pythonRepr(first));
    value = named.get(first);
  }
  for (const part of rest) {
    const key = part.replace(/\]$/, "");
    if (Array.isArray(value) && /^\d+$/.test(key)) value = value[Number(key)];
    else if (part.endsWith("]") && isDict(value) && dictHas(value, key)) value = dictGet(value, key);
    else throw new ExpressionError(pythonRepr(key));
  }
  return value;
}

/** `format(value, specification)`. */
export function formatValue(value: unknown, specification: string): string {
  if (specification === "") return pythonString(value);
  const match = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u.exec(specification);
  if (match === null) throw new ExpressionError("Invalid format specifier");
  const [, fill, align, sign, alternate, zero, width, group, precision, kind] = match;
  const number = numeric(value);
  const isText = typeof value === "string" || number === undefined;
  if (typeof value === "boolean" && kind !== undefined && kind !== "s") value = value ? 1 : 0;
  if (isText && kind !== undefined && kind !== "s")
    throw new ExpressionError(`Unknown format code '${kind}' for object of type '${typeName(value)}'`);
  let prefix = "";
  let body: string;
  if (!isText && kind === "s")
    throw new ExpressionError(`Unknown format code 's' for object of type '${typeName(value)}'`);
  if (!isText && kind === "c") return formatValue(String.fromCodePoint(number), specification.replace(/c$/, "s"));
  if (isText || typeof value === "boolean") {
    body = pythonString(value).slice(0, precision === undefined ? undefined : Number(precision));
  } else {
    prefix = number < 0 ? "-" : sign === "+" || sign === " " ? sign : "";
    body = numberBody(Math.abs(number), value, kind, precision);
    if (alternate !== undefined && /[xXbo]/.test(kind ?? "")) prefix += `0${kind}`;
    if (group !== undefined) body = body.replace(/^\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, group));
  }
  const wide = Number(width ?? 0);
  const missing = wide - prefix.length - [...body].length;
  if (missing <= 0) return prefix + body;
  const padding = (fill ?? (zero === undefined ? " " : "0")).repeat(missing);
  const side = align ?? (isText ? "<" : zero === undefined ? ">" : "=");
  if (side === "<") return prefix + body + padding;
  if (side === "=") return prefix + padding + body;
  if (side === ">") return padding + prefix + body;
  const half = Math.floor(missing / 2);
  return padding.slice(0, half) + prefix + body + padding.slice(half);
}

function numberBody(size: number, value: unknown, kind: string | undefined, precision: string | undefined): string {
  const digits = precision === undefined ? 6 : Number(precision);
  switch (kind) {
    case "d":
    case "n":
      if (isFloat(value)) throw new ExpressionError("Unknown format code 'd' for object of type 'float'");
      return String(size);
    case "x":
      return size.toString(16);
    case "X":
      return size.toString(16).toUpperCase();
    case "o":
      return size.toString(8);
    case "b":
      return size.toString(2);
    case "%":
      return `${(size * 100).toFixed(digits)}%`;
    case "f":
    case "F":
    case "e":
    case "g":
      return floatBody(size, kind.toLowerCase(), digits);
    default:
      if (precision !== undefined) return floatBody(size, "g", digits);
      return isInteger(value) ? String(size) : floatText(size);
  }
}
