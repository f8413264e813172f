import { shellQuote } from "#inventory/kernel/shell.ts";
import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { integerArgument, textArgument } from "../methods.ts";
import { escapeRegExp, pythonRegExp, substitute } from "../regular-expression.ts";
import { tupleOf } from "../sequences.ts";
import { percentFormat } from "../text-format.ts";
import { capitalize, center, replaceText, splitLines, splitText, strip } from "../text-transformations.ts";
import { wrapLine } from "../text-wrapping.ts";
import { isDict, itemsOf, pythonRepr, pythonString, truthy, typeName } from "../values.ts";
import type { Plugin } from "./plugin.ts";

function flagsOf(bound: ReadonlyMap<string, unknown>): string {
  return `${truthy(bound.get("ignorecase") ?? false) ? "i" : ""}${truthy(bound.get("multiline") ?? false) ? "m" : ""}`;
}

export const textFilters: readonly Plugin[] = [
  { name: "string", apply: (input) => pythonString(input) },
  { name: "lower", apply: (input) => pythonString(input).toLowerCase() },
  { name: "upper", apply: (input) => pythonString(input).toUpperCase() },
  { name: "capitalize", apply: (input) => capitalize(pythonString(input)) },
  {
    name: "title",
    apply: (input) =>
      pythonString(input).replace(
        /([-\s({[<]+|^)([^-\s({[<]*)/gu,
        (_all, gap: string, word: string) => gap + capitalize(word),
      ),
  },
  { name: "trim", apply: (input, [chars]) => strip(pythonString(input), chars, true, true) },
  {
    name: "replace",
    apply: (input, given, named) => {
      const bound = bind("replace", ["old", "new", "count"], given, named);
      if (!bound.has("new")) throw new ExpressionError("do_replace() missing 1 required positional argument: 'new'");
      const count = bound.get("count");
      return replaceText(
        pythonString(input),
        pythonString(bound.get("old")),
        pythonString(bound.get("new")),
        count === undefined || count === null ? -1 : integerArgument(count),
      );
    },
  },
  {
    name: "split",
    apply: (input, given, named) => {
      const bound = bind("split", ["sep", "maxsplit"], given, named);
      return splitText(textArgument(input), bound.get("sep"), Number(bound.get("maxsplit") ?? -1));
    },
  },
  {
    name: "center",
    apply: (input, given, named) =>
      center(pythonString(input), integerArgument(bind("center", ["width"], given, named).get("width") ?? 80), " "),
  },
  { name: "wordcount", apply: (input) => (pythonString(input).match(/[\p{L}\p{N}_]+/gu) ?? []).length },
  {
    name: "format",
    apply: (input, given, named) => {
      if (given.length > 0 && named.size > 0)
        throw new ExpressionError("can't handle positional and keyword arguments at the same time");
      return percentFormat(pythonString(input), named.size > 0 ? new Map(named) : tupleOf(given));
    },
  },
  {
    name: "indent",
    apply: (input, given, named) => {
      const bound = bind("indent", ["width", "first", "blank"], given, named);
      const width = bound.get("width") ?? 4;
      const space = typeof width === "string" ? width : " ".repeat(integerArgument(width));
      const lines = `${textArgument(input)}\n`.replace(/\n$/, "").split("\n");
      const blank = truthy(bound.get("blank") ?? false);
      const first = truthy(bound.get("first") ?? false);
      return lines
        .map((line, index) =>
          index === 0 ? (first ? space + line : line) : line !== "" || blank ? space + line : line,
        )
        .join("\n");
    },
  },
  {
    name: "truncate",
    apply: (input, given, named) => {
      const bound = bind("truncate", ["length", "killwords", "end", "leeway"], given, named);
      const length = integerArgument(bound.get("length") ?? 255);
      const end = textArgument(bound.get("end") ?? "...");
      const leeway = integerArgument(bound.get("leeway") ?? 5);
      if (length < end.length) throw new ExpressionError(`expected length >= ${end.length}, got ${length}`);
      if (leeway < 0) throw new ExpressionError(`expected leeway >= 0, got ${leeway}`);
      if (typeof input !== "string") {
        const size = Array.isArray(input) || isDict(input) ? itemsOf(input).length : undefined;
        if (size === undefined) throw new ExpressionError(`object of type '${typeName(input)}' has no len()`);
        if (size <= length + leeway) return input;
        throw new ExpressionError(`'${typeName(input)}' object has no attribute 'rsplit'`);
      }
      const text = input;
      if (text.length <= length + leeway) return text;
      const cut = text.slice(0, length - end.length);
      return (
        (truthy(bound.get("killwords") ?? false) || !cut.includes(" ") ? cut : cut.slice(0, cut.lastIndexOf(" "))) + end
      );
    },
  },
  {
    name: "wordwrap",
    apply: (input, given, named) => {
      const bound = bind("wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"], given, named);
      if (typeof input !== "string")
        throw new ExpressionError(`'${typeName(input)}' object has no attribute 'splitlines'`);
      const newline = pythonString(bound.get("wrapstring") ?? "\n");
      const options = {
        width: integerArgument(bound.get("width") ?? 79),
        breaksLongWords: truthy(bound.get("break_long_words") ?? true),
        breaksOnHyphens: truthy(bound.get("break_on_hyphens") ?? true),
      };
      if (options.width <= 0) throw new ExpressionError(`invalid width ${options.width} (must be > 0)`);
      return splitLines(input, false)
        .map((line) => wrapLine(line, options).join(newline))
        .join(newline);
    },
  },
  {
    name: "regex_replace",
    apply: (input, given, named) => {
      const names = ["pattern", "replacement", "ignorecase", "multiline", "count", "mandatory_count"];
      const bound = bind("regex_replace", names, given, named);
      const pattern = textArgument(bound.get("pattern") ?? "");
      const done = substitute(
        pythonRegExp(pattern, flagsOf(bound)),
        textArgument(bound.get("replacement") ?? ""),
        pythonString(input),
        integerArgument(bound.get("count") ?? 0),
      );
      const wanted = integerArgument(bound.get("mandatory_count") ?? 0);
      if (wanted !== 0 && wanted !== done.count)
        throw new ExpressionError(
          `'${pattern}' should match ${wanted} times, but matches ${done.count} times in '${pythonString(input)}'`,
        );
      return done.text;
    },
  },
  {
    name: "regex_search",
    apply: (input, [pattern, ...groups], named) => {
      const expression = pythonRegExp(textArgument(pattern ?? named.get("regex")), flagsOf(named));
      const match = expression.exec(pythonString(input));
      if (match === null) return null;
      if (groups.length === 0) return match[0];
      return groups.map((wanted) => {
        const name = /^\\g<(\S+)>/.exec(textArgument(wanted))?.[1] ?? /^\\(\d+)/.exec(textArgument(wanted))?.[1];
        if (name === undefined) throw new ExpressionError("Unknown argument");
        if (/^\d+$/.test(name)) {
          if (Number(name) >= match.length) throw new ExpressionError("no such group");
          return match[Number(name)] ?? null;
        }
        if (match.groups === undefined || !Object.hasOwn(match.groups, name))
          throw new ExpressionError("no such group");
        return match.groups[name] ?? null;
      });
    },
  },
  {
    name: "regex_findall",
    apply: (input, given, named) => {
      const bound = bind("regex_findall", ["regex", "multiline", "ignorecase"], given, named);
      const matches = pythonString(input).matchAll(pythonRegExp(textArgument(bound.get("regex")), flagsOf(bound)));
      return [...matches].map(([whole, ...groups]) => {
        if (groups.length === 0) return whole;
        return groups.length === 1 ? (groups[0] ?? "") : groups.map((group) => group ?? "");
      });
    },
  },
  {
    name: "regex_escape",
    apply: (input, given, named) => {
      const kind = bind("regex_escape", ["re_type"], given, named).get("re_type") ?? "python";
      const text = pythonString(input);
      if (kind === "python") return escapeRegExp(text);
      if (kind === "posix_basic") return text.replace(/[\].[^$*\\]/g, "\\$&");
      throw new ExpressionError(`Invalid regex type (${pythonString(kind)})`);
    },
  },
  { name: "quote", apply: (input) => (input === null || input === "" ? "''" : pythonQuote(pythonString(input))) },
  { name: "comment", apply: (input, given, named) => comment(textArgument(input), given, named) },
  { name: "pprint", apply: (input) => pythonRepr(input) },
  { name: "type_debug", acceptsUndefined: true, apply: (input) => typeName(input) },
];

/** `shlex.quote`, which leaves fewer characters bare than a shell would. */
function pythonQuote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  const quoted = shellQuote(text);
  return quoted.startsWith("'") ? quoted.replaceAll("'\\''", "'\"'\"'") : `'${text}'`;
}

const COMMENT_STYLES: Readonly<Record<string, { decoration: string; beginning?: string; end?: string }>> = {
  plain: { decoration: "# " },
  erlang: { decoration: "% " },
  c: { decoration: "// " },
  cblock: { beginning: "/*", decoration: " * ", end: " */" },
  xml: { beginning: "<!--", decoration: " - ", end: "-->" },
};

function comment(text: string, [styleName = "plain"]: readonly unknown[], named: ReadonlyMap<string, unknown>): string {
  const chosen = pythonString(named.get("style") ?? styleName);
  const style = Object.hasOwn(COMMENT_STYLES, chosen) ? COMMENT_STYLES[chosen] : undefined;
  if (style === undefined) throw new ExpressionError(`Invalid style '${chosen}'.`);
  const option = (name: string, otherwise: string) => pythonString(named.get(name) ?? otherwise);
  const newline = option("newline", "\n");
  const decoration = option("decoration", style.decoration);
  const bare = decoration.trimEnd();
  const beginning = option("beginning", style.beginning ?? "");
  const end = option("end", style.end ?? "");
  const prefix = option("prefix", bare);
  const postfix = option("postfix", bare);
  const lines = (decoration + text.split(newline).join(newline + decoration)).replaceAll(
    decoration + newline,
    bare + newline,
  );
  const times = (name: string) => Number(named.get(name) ?? 1);
  return (
    (beginning === "" ? "" : beginning + newline) +
    (prefix === "" ? "" : (prefix === newline ? newline : prefix + newline).repeat(times("prefix_count"))) +
    lines +
    (newline + postfix).repeat(times("postfix_count")) +
    (end === "" ? "" : newline + end)
  );
}
