/** Flags of Python's `re` that a caller may set. */
export interface PatternFlags {
  readonly multiline?: boolean;
  readonly dotAll?: boolean;
}

/**
 * A regular expression of Python's `re` as one of JavaScript: `(?P<name>…)`, `(?P=name)`, leading `(?ims)`, `\A`, `\Z`, and the
 * meaning of `^`, `$` and `.`, which differ. Throws a plain Error for what JavaScript cannot express.
 */
export function pythonPattern(source: string, flags: PatternFlags = {}, jsFlags = ""): RegExp {
  const leading = /^\(\?([aiLmsux]+)\)/.exec(source);
  const inline = leading?.[1] ?? "";
  if (inline.includes("x")) throw new Error("verbose patterns are not supported");
  const multiline = flags.multiline === true || inline.includes("m");
  const dotAll = flags.dotAll === true || inline.includes("s");
  const body = translate(source.slice(leading?.[0].length ?? 0), multiline, dotAll);
  return new RegExp(body, jsFlags + (inline.includes("i") ? "i" : ""));
}

/**
 * Python's `match.expand(template)`: `\1`, `\g<1>`, `\g<name>` and the usual escapes. Groups that did not match are empty;
 * throws a plain Error for one the pattern does not have.
 */
export function expandTemplate(template: string, match: RegExpExecArray): string {
  const group = (name: string) => {
    const isNumber = /^\d+$/.test(name);
    if (isNumber && Number(name) >= match.length) throw new Error(`invalid group reference ${Number(name)}`);
    if (!isNumber && !Object.hasOwn(match.groups ?? {}, name)) throw new Error(`unknown group name '${name}'`);
    return (isNumber ? match[Number(name)] : match.groups?.[name]) ?? "";
  };
  return template.replace(
    /\\(?:g<([^>]+)>|([1-9]\d?)|([\s\S]))/g,
    (whole, named, numbered, escaped: string | undefined) => {
      if (typeof named === "string") return group(named);
      if (typeof numbered === "string") return group(numbered);
      const plain = { n: "\n", t: "\t", r: "\r", f: "\f", v: "\v", a: "\u0007", "\\": "\\", "0": "\0" }[escaped ?? ""];
      if (plain === undefined && /[A-Za-z]/.test(escaped ?? "")) throw new Error(`bad escape \\${escaped}`);
      return plain ?? whole;
    },
  );
}

/** Throws what {@link expandTemplate} would throw with matches of the pattern, whether or not it matches anything. */
export function checkTemplate(template: string, pattern: RegExp): void {
  const empty = new RegExp(`(?:${pattern.source})|`, pattern.flags.replace(/[gy]/g, "")).exec("");
  if (empty !== null) expandTemplate(template, empty);
}

const START = "(?<![\\s\\S])";
const END = "(?![\\s\\S])";

function translate(source: string, multiline: boolean, dotAll: boolean): string {
  let result = "";
  let index = 0;
  const take = (length: number, text: string) => {
    index += length;
    result += text;
  };
  while (index < source.length) {
    const rest = source.slice(index);
    const character = rest.charAt(0);
    if (character === "\\") {
      if (rest.startsWith("\\A")) take(2, START);
      else if (rest.startsWith("\\Z")) take(2, END);
      else take(2, rest.slice(0, 2));
    } else if (character === "[") {
      const set = characterSet(rest);
      take(set.length, set.text);
    } else if (rest.startsWith("(?P<")) take(4, "(?<");
    else if (rest.startsWith("(?P=")) {
      const name = /^\(\?P=(\w+)\)/.exec(rest);
      if (name === null) throw new Error("bad backreference in the pattern");
      take(name[0].length, `\\k<${name[1]}>`);
    } else if (rest.startsWith("(?#")) take(rest.indexOf(")") + 1 || rest.length, "");
    else if (rest.startsWith("(?(")) throw new Error("conditional groups are not supported");
    else if (character === "^") take(1, multiline ? `(?<=\\n|${START})` : START);
    else if (character === "$") take(1, multiline ? `(?=\\n|${END})` : `(?=\\n?${END})`);
    else if (character === ".") take(1, dotAll ? "[\\s\\S]" : "[^\\n]");
    else if (/^\{,\d+\}/.test(rest)) take(2, "{0,");
    else take(1, character);
  }
  return result;
}

/** In Python a `]` right after the opening is a member; JavaScript would end the set there. */
function characterSet(rest: string): { readonly length: number; readonly text: string } {
  let index = rest.startsWith("[^") ? 2 : 1;
  let text = rest.slice(0, index);
  if (rest.charAt(index) === "]") {
    text += "\\]";
    index += 1;
  }
  while (index < rest.length) {
    const character = rest.charAt(index);
    if (character === "\\") {
      text += rest.slice(index, index + 2);
      index += 2;
      continue;
    }
    text += character === "[" ? "\\[" : character;
    index += 1;
    if (character === "]") return { length: index, text };
  }
  throw new Error("unterminated character set");
}
