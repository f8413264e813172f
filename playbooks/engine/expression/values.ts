import { UnsafeText, VaultText, WholeFloat } from "#inventory/kernel/yaml.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { omit } from "./omit.ts";
import { Range, Tuple } from "./sequences.ts";

/**
 * Python's values in this language: None is null, bool boolean, int an integral number (bigint beyond 2^53), float any other
 * number or a {@link WholeFloat}, str string, list array, tuple {@link Tuple}, dict a Map or a plain object, all else
 * {@link Instance}.
 */
export type Dict = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>;

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

export function isDict(value: unknown): value is Dict {
  return value instanceof Map || isPlainObject(value);
}

export function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
}

export function isFloat(value: unknown): value is number | WholeFloat {
  return value instanceof WholeFloat || (typeof value === "number" && !Number.isInteger(value));
}

export function isNumber(value: unknown): value is number | bigint | WholeFloat {
  return typeof value === "number" || typeof value === "bigint" || value instanceof WholeFloat;
}

/** A Python float of this value. */
export function floatOf(value: number): number | WholeFloat {
  return Number.isInteger(value) ? new WholeFloat(value) : value;
}

/** A Python int of this value. */
export function integerOf(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The magnitude of a number or boolean; undefined for anything else. */
export function numeric(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof WholeFloat) return value.value;
  return undefined;
}

export function typeName(value: unknown): string {
  if (value === null) return "NoneType";
  if (typeof value === "boolean") return "bool";
  if (isInteger(value)) return "int";
  if (isFloat(value)) return "float";
  if (typeof value === "string") return "str";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Range) return "range";
  if (Array.isArray(value)) return "list";
  if (isDict(value)) return "dict";
  if (value instanceof Instance) return value.typeName;
  if (typeof value === "function") return "builtin_function_or_method";
  if (value instanceof Undefined) return value.typeName;
  return "object";
}

export function dictKeys(dict: Dict): unknown[] {
  return dict instanceof Map ? [...dict.keys()] : Object.keys(dict);
}

export function dictEntries(dict: Dict): [unknown, unknown][] {
  return dict instanceof Map ? [...dict.entries()] : Object.entries(dict);
}

export function dictSize(dict: Dict): number {
  return dict instanceof Map ? dict.size : Object.keys(dict).length;
}

export function dictHas(dict: Dict, key: unknown): boolean {
  if (dict instanceof Map) return dict.has(keyOf(key));
  return typeof key === "string" && Object.hasOwn(dict, key);
}

/** Own keys only: the prototype of an object is out of reach. */
export function dictGet(dict: Dict, key: unknown): unknown {
  if (dict instanceof Map) return dict.get(keyOf(key));
  return typeof key === "string" && Object.hasOwn(dict, key) ? (dict as Record<string, unknown>)[key] : undefined;
}

/** A dict key as it is stored: 1.0 and True are 1's own key in Python; only the first is met in practice. */
export function keyOf(key: unknown): unknown {
  if (key instanceof WholeFloat) return key.value;
  if (key instanceof Undefined) throw key.error();
  if ((Array.isArray(key) && !(key instanceof Tuple)) || isDict(key))
    throw new ExpressionError(`unhashable type: '${typeName(key)}'`);
  return key;
}

export function makeDict(entries: Iterable<readonly [unknown, unknown]>): Map<unknown, unknown> {
  const dict = new Map<unknown, unknown>();
  for (const [key, value] of entries) dict.set(keyOf(key), value);
  return dict;
}

export function truthy(value: unknown): boolean {
  if (value instanceof Undefined) {
    if (value.isBlank) return false;
    throw value.error();
  }
  if (value === null || value === false || value === "" || value === undefined) return false;
  if (isNumber(value)) return numeric(value) !== 0;
  if (value instanceof Instance) return value.isTrue();
  if (Array.isArray(value)) return value.length > 0;
  if (isDict(value)) return dictSize(value) > 0;
  return true;
}

export function equals(left: unknown, right: unknown): boolean {
  if (left instanceof Undefined) throw left.error();
  if (right instanceof Undefined) throw right.error();
  if (left === right) return true;
  if (left instanceof Instance || right instanceof Instance)
    return left instanceof Instance && right instanceof Instance && left.isEqual(right);
  if (typeof left === "bigint" && typeof right === "bigint") return left === right;
  const numbers = [numeric(left), numeric(right)];
  if (numbers[0] !== undefined && numbers[1] !== undefined) return numbers[0] === numbers[1];
  if (Array.isArray(left) && Array.isArray(right))
    return (
      left instanceof Tuple === right instanceof Tuple &&
      left instanceof Range === right instanceof Range &&
      left.length === right.length &&
      left.every((item, index) => equals(item, right[index]))
    );
  if (isDict(left) && isDict(right)) {
    if (dictSize(left) !== dictSize(right)) return false;
    return dictEntries(left).every(([key, value]) => dictHas(right, key) && equals(value, dictGet(right, key)));
  }
  return false;
}

/** Negative, zero or positive as in sorting. Raises for what Python cannot order. */
export function compare(left: unknown, right: unknown, operator = "<"): number {
  if (left instanceof Undefined) throw left.error();
  if (right instanceof Undefined) throw right.error();
  const a = numeric(left);
  const b = numeric(right);
  if (typeof left === "bigint" || typeof right === "bigint") {
    const exact = compareExactly(left, right);
    if (exact !== undefined) return exact;
  }
  if (a !== undefined && b !== undefined) return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
  if (typeof left === "string" && typeof right === "string") return compareText(left, right);
  if (left instanceof Instance && right instanceof Instance) {
    const order = left.compareTo(right);
    if (order !== undefined) return order;
  }
  if (Array.isArray(left) && Array.isArray(right) && typeName(left) === typeName(right) && !(left instanceof Range)) {
    for (let index = 0; index < Math.min(left.length, right.length); index++) {
      if (!equals(left[index], right[index])) return compare(left[index], right[index], operator);
    }
    return left.length - right.length;
  }
  throw new ExpressionError(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function compareExactly(left: unknown, right: unknown): number | undefined {
  const whole = (value: unknown) =>
    typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value))
      ? BigInt(value)
      : undefined;
  const [a, b] = [whole(left), whole(right)];
  if (a === undefined || b === undefined) return undefined;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Python orders text by code point, this language by UTF-16 unit: they differ above U+FFFF. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  if (!/[\ud800-\udfff]/.test(left + right)) return left < right ? -1 : 1;
  const a = [...left];
  const b = [...right];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** `str(value)`. */
export function pythonString(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Instance) return value.text();
  return value instanceof Undefined && value.isBlank ? "" : pythonRepr(value);
}

/** `repr(value)`. */
export function pythonRepr(value: unknown): string {
  if (value instanceof Undefined) throw value.error();
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return quoteText(value);
  const number = numeric(value);
  if (number !== undefined) return isInteger(value) ? String(value) : floatText(number);
  if (value instanceof Range) return `range(${value.start}, ${value.stop}${value.step === 1 ? "" : `, ${value.step}`})`;
  if (value instanceof Tuple) return `(${value.map(pythonRepr).join(", ")}${value.length === 1 ? "," : ""})`;
  if (value instanceof Instance) return value.repr();
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(", ")}]`;
  if (isDict(value)) {
    const pairs = dictEntries(value).map(([key, item]) => `${pythonRepr(key)}: ${pythonRepr(item)}`);
    return `{${pairs.join(", ")}}`;
  }
  if (value instanceof UnsafeText) return quoteText(value.value);
  if (value instanceof VaultText) return "'[encrypted]'";
  if (typeof value === "function") return "<function>";
  return String(value);
}

export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [mantissa = "", exponent = ""] = value.toExponential().split("e");
    const digits = exponent.replace(/^[-+]/, "").padStart(2, "0");
    return `${mantissa}e${exponent.startsWith("-") ? "-" : "+"}${digits}`;
  }
  const text = String(value);
  return Number.isInteger(value) ? `${Object.is(value, -0) ? "-0" : text}.0` : text;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function quoteText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\]|['"]|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (char) => {
    if (char === "'" || char === '"') return char === quote ? `\\${char}` : char;
    return ESCAPES[char] ?? escapedCode(char.codePointAt(0) ?? 0);
  });
  return quote + body + quote;
}

function escapedCode(code: number): string {
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, "0")}` : `\\U${digits.padStart(8, "0")}`;
}

/** The items of any iterable; dicts give their keys, strings their characters. */
export function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Undefined) {
    if (value.isBlank) return [];
    throw value.error();
  }
  if (typeof value === "string") return [...value];
  if (isDict(value)) return dictKeys(value);
  const items = value instanceof Instance ? value.items() : undefined;
  if (items !== undefined) return items;
  throw new ExpressionError(`'${typeName(value)}' object is not iterable`);
}

/** As {@link itemsOf}; raises where one of them is undefined, as most of Ansible's filters do whatever they want with it. */
export function definedItems(value: unknown): readonly unknown[] {
  const items = itemsOf(value);
  for (const item of items) if (item instanceof Undefined) throw item.error();
  return items;
}

/** `value` with plain objects for dicts and numbers for floats: what operations, events and JSON take. Raises on undefined. */
export function toPlain(value: unknown): unknown {
  if (value instanceof Undefined) throw value.error();
  if (value instanceof WholeFloat) return value.value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (isDict(value)) {
    const plain: Record<string, unknown> = {};
    for (const [key, item] of dictEntries(value)) {
      Object.defineProperty(plain, pythonString(key), {
        value: toPlain(item),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return plain;
  }
  if (value instanceof UnsafeText) return value.value;
  if (value instanceof Instance) return toPlain(toFinal(value));
  if (typeof value === "function") throw unsupported(typeName(value));
  return value;
}

/** `value` with every lazy part worked out, for keeping. Raises on undefined. */
export function toFinal(value: unknown): unknown {
  if (typeof value === "string" || typeof value === "number" || value === null) return value;
  if (value instanceof Undefined) {
    if (value.isBlank) throw unsupported("Undefined");
    throw value.error();
  }
  if (value instanceof Range) throw unsupported("range");
  if (Array.isArray(value)) return value.filter((item) => item !== omit).map(toFinal);
  if (isDict(value)) {
    const kept = dictEntries(value).filter(([, item]) => item !== omit);
    return makeDict(kept.map(([key, item]) => [finalKey(key), toFinal(item)] as const));
  }
  if (value instanceof Instance) {
    const kept = value.kept();
    if (kept === undefined) throw unsupported(value.typeName);
    return kept;
  }
  if (typeof value === "function") throw unsupported(typeName(value));
  return value;
}

function finalKey(key: unknown): unknown {
  if (key instanceof Tuple) throw new ExpressionError("unhashable type: 'list'");
  return key;
}

function unsupported(type: string): ExpressionError {
  return new ExpressionError(`Type '${type}' is unsupported for variable storage.`);
}
