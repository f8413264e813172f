import { checkCount } from "./argument-count.ts";
import { Bytes } from "./bytes.ts";
import { bind, type Callable } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { integerArgument, methodFrom, textArgument } from "./methods.ts";
import { Tuple, tuple } from "./sequences.ts";
import { encodeText } from "./text-encoding.ts";
import { braceFormat } from "./text-format.ts";
import { textJudgements } from "./text-judgements.ts";
import {
  capitalize,
  center,
  replaceText,
  splitLines,
  splitText,
  strip,
  swapCase,
  titleCase,
} from "./text-transformations.ts";
import { dictGet, dictHas, isDict, itemsOf, pythonString, truthy, typeName } from "./values.ts";

type Method = (text: string, given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const plain =
  (name: string, work: (text: string) => unknown): Method =>
  (text, given) => {
    checkCount(`str.${name}`, given, 0);
    return work(text);
  };

const METHODS: Readonly<Record<string, Method>> = {
  upper: plain("upper", (text) => text.toUpperCase()),
  lower: plain("lower", (text) => text.toLowerCase()),
  casefold: plain("casefold", (text) => text.toLowerCase().replaceAll("ß", "ss")),
  title: plain("title", titleCase),
  capitalize: plain("capitalize", capitalize),
  swapcase: plain("swapcase", swapCase),
  strip: (text, given) => strip(text, optional("strip", given), true, true),
  lstrip: (text, given) => strip(text, optional("lstrip", given), true, false),
  rstrip: (text, given) => strip(text, optional("rstrip", given), false, true),
  split: (text, given, named) => splitWith(text, given, named, false),
  rsplit: (text, given, named) => splitWith(text, given, named, true),
  splitlines: (text, given, named) =>
    splitLines(text, truthy(bind("splitlines", ["keepends"], given, named).get("keepends") ?? false)),
  join: (text, given) => {
    checkCount("str.join", given, 1);
    return joinTexts(text, given[0]);
  },
  replace: (text, given) => {
    checkCount("replace", given, 2, 3);
    const limit = given[2] === undefined ? -1 : integerArgument(given[2]);
    return replaceText(text, replaceArgument(given[0], 1), replaceArgument(given[1], 2), limit);
  },
  startswith: (text, given) => begins("startswith", text, given, (part, affix) => part.startsWith(affix)),
  endswith: (text, given) => begins("endswith", text, given, (part, affix) => part.endsWith(affix)),
  find: (text, given) => position("find", text, given, false),
  rfind: (text, given) => position("rfind", text, given, true),
  index: (text, given) => found(position("index", text, given, false)),
  rindex: (text, given) => found(position("rindex", text, given, true)),
  count: (text, given) => {
    const { part, wanted } = portion("count", text, given);
    if (part === undefined) return 0;
    return wanted === "" ? [...part].length + 1 : part.split(wanted).length - 1;
  },
  format: (text, given, named) => braceFormat(text, given, named),
  format_map: (text, given) => {
    checkCount("str.format_map", given, 1);
    const [source] = given;
    if (!isDict(source)) throw new ExpressionError(`'${typeName(source)}' object is not a mapping`);
    return braceFormat(text, [], {
      has: (name) => dictHas(source, name),
      get: (name) => dictGet(source, name),
    });
  },
  zfill: (text, given) => {
    checkCount("str.zfill", given, 1);
    const sign = /^[-+]/.exec(text)?.[0] ?? "";
    return sign + padded(text.slice(sign.length), integerArgument(given[0]) - sign.length, "0", true);
  },
  ljust: (text, given) => padded(text, ...justification("ljust", given), false),
  rjust: (text, given) => padded(text, ...justification("rjust", given), true),
  center: (text, given) => center(text, ...justification("center", given)),
  partition: (text, given) => {
    checkCount("str.partition", given, 1);
    return partition(text, separator(given[0]), text.indexOf(separator(given[0])), false);
  },
  rpartition: (text, given) => {
    checkCount("str.rpartition", given, 1);
    return partition(text, separator(given[0]), text.lastIndexOf(separator(given[0])), true);
  },
  removeprefix: (text, given) => {
    checkCount("str.removeprefix", given, 1);
    const part = textArgument(given[0]);
    return text.startsWith(part) ? text.slice(part.length) : text;
  },
  removesuffix: (text, given) => {
    checkCount("str.removesuffix", given, 1);
    const part = textArgument(given[0]);
    return part !== "" && text.endsWith(part) ? text.slice(0, -part.length) : text;
  },
  expandtabs: (text, given, named) => expandTabs(text, bind("expandtabs", ["tabsize"], given, named).get("tabsize")),
  encode: (text, given, named) =>
    new Bytes(encodeText(text, bind("encode", ["encoding", "errors"], given, named).get("encoding") ?? "utf-8")),
  translate: (text, given) => {
    checkCount("str.translate", given, 1);
    return translated(text, given[0]);
  },
  maketrans: (_text, given) => transliteration(given),
};

/** The method of a str. */
export function textMethod(text: string, name: string): Callable | undefined {
  return methodFrom(METHODS, text, name) ?? methodFrom(textJudgements, text, name);
}

function optional(name: string, given: readonly unknown[]): unknown {
  checkCount(name, given, 0, 1);
  const [chars] = given;
  if (chars !== undefined && chars !== null && typeof chars !== "string")
    throw new ExpressionError(`${name} arg must be None or str`);
  return chars;
}

function splitWith(
  text: string,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  fromRight: boolean,
): string[] {
  const bound = bind(fromRight ? "rsplit" : "split", ["sep", "maxsplit"], given, named);
  return splitText(text, bound.get("sep"), integerArgument(bound.get("maxsplit") ?? -1), fromRight);
}

function joinTexts(glue: string, items: unknown): string {
  const texts = itemsOf(items).map((item, index) => {
    if (item instanceof Undefined) throw item.error();
    if (typeof item !== "string")
      throw new ExpressionError(`sequence item ${index}: expected str instance, ${typeName(item)} found`);
    return item;
  });
  return texts.join(glue);
}

function replaceArgument(value: unknown, at: number): string {
  if (value instanceof Undefined) throw value.error();
  if (typeof value !== "string")
    throw new ExpressionError(`replace() argument ${at} must be str, not ${typeName(value)}`);
  return value;
}

/** The part of the text between two positions counted in characters, and what is looked for in it. */
function portion(name: string, text: string, given: readonly unknown[]) {
  checkCount(name, given, 1, 3);
  const wanted = textArgument(given[0]);
  const characters = /[\ud800-\udfff]/.test(text) ? [...text] : undefined;
  const size = characters?.length ?? text.length;
  const clamp = (value: unknown, otherwise: number) => {
    if (value === undefined || value === null) return otherwise;
    const at = integerArgument(value);
    return at < 0 ? Math.max(0, at + size) : at;
  };
  const from = clamp(given[1], 0);
  const to = Math.min(clamp(given[2], size), size);
  if (from > to) return { part: undefined, wanted, from };
  const part = characters === undefined ? text.slice(from, to) : characters.slice(from, to).join("");
  return { part, wanted, from };
}

function position(name: string, text: string, given: readonly unknown[], isLast: boolean): number {
  const { part, wanted, from } = portion(name, text, given);
  if (part === undefined) return -1;
  const at = isLast ? part.lastIndexOf(wanted) : part.indexOf(wanted);
  return at === -1 ? -1 : from + [...part.slice(0, at)].length;
}

function found(at: number): number {
  if (at === -1) throw new ExpressionError("substring not found");
  return at;
}

function begins(
  name: string,
  text: string,
  given: readonly unknown[],
  judge: (part: string, affix: string) => boolean,
): boolean {
  checkCount(name, given, 1, 3);
  const [affix] = given;
  if (typeof affix !== "string" && !(affix instanceof Tuple))
    throw new ExpressionError(`${name} first arg must be str or a tuple of str, not ${typeName(affix)}`);
  const affixes = typeof affix === "string" ? [affix] : affix.map(textArgument);
  const { part } = portion(name, text, ["", ...given.slice(1)]);
  return part !== undefined && affixes.some((one) => judge(part, one));
}

function justification(name: string, given: readonly unknown[]): [number, string] {
  checkCount(name, given, 1, 2);
  const fill = given[1] === undefined ? " " : textArgument(given[1]);
  if ([...fill].length !== 1) throw new ExpressionError("The fill character must be exactly one character long");
  return [integerArgument(given[0]), fill];
}

function padded(text: string, width: number, fill: string, atStart: boolean): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (missing > 1_000_000) throw new ExpressionError("the text would be too large");
  return atStart ? fill.repeat(missing) + text : text + fill.repeat(missing);
}

function separator(value: unknown): string {
  const text = textArgument(value);
  if (text === "") throw new ExpressionError("empty separator");
  return text;
}

function partition(text: string, mark: string, at: number, fromRight: boolean): Tuple {
  if (at === -1) return fromRight ? tuple("", "", text) : tuple(text, "", "");
  return tuple(text.slice(0, at), mark, text.slice(at + mark.length));
}

function expandTabs(text: string, size: unknown): string {
  const width = size === undefined ? 8 : integerArgument(size);
  let column = 0;
  let result = "";
  for (const char of text) {
    if (char === "\t") {
      const gap = width > 0 ? width - (column % width) : 0;
      result += " ".repeat(gap);
      column += gap;
    } else {
      result += char;
      column = char === "\n" || char === "\r" ? 0 : column + 1;
    }
  }
  return result;
}

function translated(text: string, table: unknown): string {
  if (!isDict(table)) return text;
  return [...text]
    .map((char) => {
      const code = char.codePointAt(0);
      if (!dictHas(table, code)) return char;
      const value = dictGet(table, code);
      if (value === null) return "";
      return typeof value === "number" ? String.fromCodePoint(value) : pythonString(value);
    })
    .join("");
}

function transliteration(given: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  if (given.length === 1) {
    const [source] = given;
    if (!isDict(source)) throw new ExpressionError("if you give only one argument to maketrans it must be a dict");
    const pairs = itemsOf(source).map((key): [unknown, unknown] => [
      typeof key === "string" ? key.codePointAt(0) : key,
      dictGet(source, key),
    ]);
    return new Map(pairs);
  }
  const [from, to, gone] = given.map((part) => [...textArgument(part)]);
  if (from === undefined || to === undefined || from.length !== to.length)
    throw new ExpressionError("the first two maketrans arguments must have equal length");
  const pairs = from.map((char, index): [unknown, unknown] => [char.codePointAt(0), to[index]?.codePointAt(0)]);
  return new Map([...pairs, ...(gone ?? []).map((char): [unknown, unknown] => [char.codePointAt(0), null])]);
}
