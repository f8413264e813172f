import { bind, type Callable } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { braceFormat } from "./text-format.ts";
import {
  type Dict,
  dictEntries,
  dictGet,
  dictHas,
  dictKeys,
  equals,
  isDict,
  itemsOf,
  makeDict,
  numeric,
  pythonRepr,
  typeName,
} from "./values.ts";

/** The method `name` of a value, or undefined where Python's type has none that a template may use. */
export function methodOf(target: unknown, name: string): Callable | undefined {
  if (typeof target === "string") {
    const method = Object.hasOwn(TEXT_METHODS, name) ? TEXT_METHODS[name] : undefined;
    return method === undefined ? undefined : (given, named) => method(target, given, named);
  }
  if (Array.isArray(target)) {
    const method = Object.hasOwn(LIST_METHODS, name) ? LIST_METHODS[name] : undefined;
    return method === undefined ? undefined : (given) => method(target, given);
  }
  if (isDict(target)) {
    const method = Object.hasOwn(DICT_METHODS, name) ? DICT_METHODS[name] : undefined;
    return method === undefined ? undefined : (given) => method(target, given);
  }
  return undefined;
}

type TextMethod = (text: string, given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const TEXT_METHODS: Readonly<Record<string, TextMethod>> = {
  upper: (text) => text.toUpperCase(),
  lower: (text) => text.toLowerCase(),
  casefold: (text) => text.toLowerCase(),
  title: (text) => text.replace(/\p{L}+/gu, (word) => capitalize(word)),
  capitalize: (text) => capitalize(text),
  swapcase: (text) => text.replace(/\p{L}/gu, (c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())),
  strip: (text, [chars]) => strip(text, chars, true, true),
  lstrip: (text, [chars]) => strip(text, chars, true, false),
  rstrip: (text, [chars]) => strip(text, chars, false, true),
  split: (text, given, named) => splitWith(text, given, named, false),
  rsplit: (text, given, named) => splitWith(text, given, named, true),
  splitlines: (text) =>
    text
      .replace(/(\r\n|\r|\n)$/, "")
      .split(text === "" ? /$^/ : /\r\n|\r|\n/)
      .filter(() => text !== ""),
  join: (text, [items]) =>
    itemsOf(items)
      .map((item, index) => {
        if (item instanceof Undefined) throw item.error();
        if (typeof item !== "string")
          throw new ExpressionError(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
        return item;
      })
      .join(text),
  replace: (text, [from, to, count]) => {
    const limit = count === undefined ? -1 : Number(count);
    return replaceText(text, textArgument(from), textArgument(to), limit);
  },
  startswith: (text, [prefix, start]) => anyOf(prefix).some((p) => text.slice(Number(start ?? 0)).startsWith(p)),
  endswith: (text, [suffix]) => anyOf(suffix).some((s) => text.endsWith(s)),
  find: (text, [part, from]) => text.indexOf(textArgument(part), Number(from ?? 0)),
  rfind: (text, [part]) => text.lastIndexOf(textArgument(part)),
  index: (text, [part]) => found(text.indexOf(textArgument(part))),
  rindex: (text, [part]) => found(text.lastIndexOf(textArgument(part))),
  count: (text, [part]) => text.split(textArgument(part)).length - 1,
  format: (text, given, named) => braceFormat(text, given, named),
  zfill: (text, [width]) => {
    const sign = /^[-+]/.exec(text)?.[0] ?? "";
    return sign + text.slice(sign.length).padStart(Number(width) - sign.length, "0");
  },
  ljust: (text, [width, fill]) => text.padEnd(Number(width), textArgument(fill ?? " ")),
  rjust: (text, [width, fill]) => text.padStart(Number(width), textArgument(fill ?? " ")),
  center: (text, [width, fill]) => center(text, Number(width), textArgument(fill ?? " ")),
  partition: (text, [separator]) =>
    partition(text, textArgument(separator), text.indexOf(textArgument(separator)), false),
  rpartition: (text, [separator]) =>
    partition(text, textArgument(separator), text.lastIndexOf(textArgument(separator)), true),
  removeprefix: (text, [part]) => (text.startsWith(textArgument(part)) ? text.slice(textArgument(part).length) : text),
  removesuffix: (text, [part]) =>
    textArgument(part) !== "" && text.endsWith(textArgument(part)) ? text.slice(0, -textArgument(part).length) : text,
  expandtabs: (text, [size]) => text.replaceAll("\t", " ".repeat(Number(size ?? 8))),
  isdigit: (text) => /^\p{Nd}+$/u.test(text),
  isdecimal: (text) => /^\p{Nd}+$/u.test(text),
  isnumeric: (text) => /^\p{N}+$/u.test(text),
  isalpha: (text) => /^\p{L}+$/u.test(text),
  isalnum: (text) => /^[\p{L}\p{N}]+$/u.test(text),
  isspace: (text) => /^\s+$/.test(text),
  isupper: (text) => text === text.toUpperCase() && text !== text.toLowerCase(),
  islower: (text) => text === text.toLowerCase() && text !== text.toUpperCase(),
};

const LIST_METHODS: Readonly<Record<string, (list: readonly unknown[], given: readonly unknown[]) => unknown>> = {
  index: (list, [item]) => {
    const at = list.findIndex((member) => equals(member, item));
    if (at === -1) throw new ExpressionError(`${pythonRepr(item)} is not in list`);
    return at;
  },
  count: (list, [item]) => list.filter((member) => equals(member, item)).length,
  copy: (list) => [...list],
};

const DICT_METHODS: Readonly<Record<string, (dict: Dict, given: readonly unknown[]) => unknown>> = {
  keys: (dict) => dictKeys(dict),
  values: (dict) => dictEntries(dict).map(([, value]) => value),
  items: (dict) => dictEntries(dict),
  get: (dict, [key, otherwise]) => (dictHas(dict, key) ? dictGet(dict, key) : (otherwise ?? null)),
  copy: (dict) => makeDict(dictEntries(dict)),
};

export function capitalize(text: string): string {
  const [first = "", ...rest] = [...text];
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Python's `strip`: blanks unless `chars` names others. */
export function strip(text: string, chars: unknown, left: boolean, right: boolean): string {
  if (chars === undefined || chars === null) {
    if (left) text = text.trimStart();
    return right ? text.trimEnd() : text;
  }
  const set = new Set([...textArgument(chars)]);
  const letters = [...text];
  let start = 0;
  let end = letters.length;
  while (left && start < end && set.has(letters[start] ?? "")) start++;
  while (right && end > start && set.has(letters[end - 1] ?? "")) end--;
  return letters.slice(start, end).join("");
}

function splitWith(
  text: string,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  fromRight: boolean,
): string[] {
  const bound = bind("split", ["sep", "maxsplit"], given, named);
  return splitText(text, bound.get("sep"), Number(bound.get("maxsplit") ?? -1), fromRight);
}

/** Python's `split` and `rsplit`: at blanks without a separator. */
export function splitText(text: string, separator: unknown, limit = -1, fromRight = false): string[] {
  if (separator === undefined || separator === null) {
    const words = text.trim() === "" ? [] : text.trim().split(/\s+/);
    if (limit < 0 || words.length <= limit + 1) return words;
    const kept = fromRight ? words.slice(words.length - limit) : words.slice(0, limit);
    const escaped = kept.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("\\s+");
    const pattern = fromRight ? new RegExp(`\\s+${escaped}\\s*$`) : new RegExp(`^\\s*${escaped}\\s+`);
    const rest = limit === 0 ? text.trimStart() : text.replace(pattern, "");
    return fromRight ? [rest, ...kept] : [...kept, rest];
  }
  const mark = textArgument(separator);
  if (mark === "") throw new ExpressionError("empty separator");
  const parts = text.split(mark);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  if (fromRight) return [parts.slice(0, parts.length - limit).join(mark), ...parts.slice(parts.length - limit)];
  return [...parts.slice(0, limit), parts.slice(limit).join(mark)];
}

export function replaceText(text: string, from: string, to: string, limit: number): string {
  if (limit < 0) return from === "" ? [...text].reduce((all, c) => all + c + to, to) : text.replaceAll(from, to);
  const parts = text.split(from);
  const head = parts.slice(0, limit + 1).join(to);
  return parts.length > limit + 1 ? `${head}${from}${parts.slice(limit + 1).join(from)}` : head;
}

export function center(text: string, width: number, fill: string): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

function partition(text: string, separator: string, at: number, fromRight: boolean): string[] {
  if (at === -1) return fromRight ? ["", "", text] : [text, "", ""];
  return [text.slice(0, at), separator, text.slice(at + separator.length)];
}

function anyOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textArgument) : [textArgument(value)];
}

function found(at: number): number {
  if (at === -1) throw new ExpressionError("substring not found");
  return at;
}

/** `value` where Python wants a str. */
export function textArgument(value: unknown): string {
  if (value instanceof Undefined) throw value.error();
  if (typeof value !== "string") throw new ExpressionError(`must be str, not ${typeName(value)}`);
  return value;
}

/** A whole number where Python wants an int. */
export function integerArgument(value: unknown): number {
  const number = numeric(value);
  if (number === undefined || !Number.isInteger(number))
    throw new ExpressionError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return number;
}
