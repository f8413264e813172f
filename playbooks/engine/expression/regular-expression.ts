import { ExpressionError } from "./errors.ts";
import { translatePattern } from "./regular-expression-translation.ts";

const MAX_KNOWN = 2_000;
const known = new Map<string, RegExp>();

/** A Python regular expression as one of this language. `flags` holds `i`, `m`, `s`, `x` as wanted. */
export function pythonRegExp(pattern: string, flags = ""): RegExp {
  const key = `${flags}/${pattern}`;
  let made = known.get(key);
  if (made === undefined) {
    let wanted = flags;
    const source = pattern.replace(/^\(\?([aiLmsux]+)\)/, (_all, inline: string) => {
      wanted += inline.replace(/[^imsxa]/g, "");
      return "";
    });
    try {
      const kept = [...new Set(wanted.replace(/[^ims]/g, ""))].join("");
      made = new RegExp(translatePattern(source, wanted), `${kept}gu`);
    } catch (error) {
      if (error instanceof ExpressionError) throw error;
      throw new ExpressionError(`invalid regular expression ${JSON.stringify(pattern)}`, { cause: error });
    }
    if (known.size < MAX_KNOWN) known.set(key, made);
  }
  return new RegExp(made.source, made.flags);
}

/** Python's `re.subn`: the text and how many places were replaced; `count` 0 means all. */
export function substitute(
  pattern: RegExp,
  replacement: string,
  text: string,
  count: number,
): { readonly text: string; readonly count: number } {
  let result = "";
  let from = 0;
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    if (count > 0 && done >= count) break;
    result += text.slice(from, match.index) + expand(replacement, match);
    from = match.index + match[0].length;
    done++;
  }
  return { text: result + text.slice(from), count: done };
}

/** A replacement template: `\1`, `\g<1>`, `\g<name>`, `\n`, `\\`. */
function expand(template: string, match: RegExpMatchArray): string {
  if (!template.includes("\\")) return template;
  const group = (name: string) => {
    if (/^\d+$/.test(name)) {
      if (Number(name) >= match.length) throw new ExpressionError(`invalid group reference ${name}`);
      return match[Number(name)] ?? "";
    }
    if (match.groups === undefined || !Object.hasOwn(match.groups, name))
      throw new ExpressionError(`unknown group name '${name}'`);
    return match.groups[name] ?? "";
  };
  return template.replace(
    /\\(?:g<([^>]*)>|([1-9]\d?)|(0[0-7]{0,2})|([\s\S]))/g,
    (_all, named?: string, number?: string, octal?: string, other?: string) => {
      if (named !== undefined) return group(named);
      if (number !== undefined) return group(number);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      const plain = { n: "\n", t: "\t", r: "\r", a: "\x07", f: "\f", v: "\v", "\\": "\\" }[other ?? ""];
      if (plain !== undefined) return plain;
      if (/[A-Za-z]/.test(other ?? "")) throw new ExpressionError(`bad escape \\${other}`);
      return `\\${other}`;
    },
  );
}

/** Python's `re.escape`. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\t\n\v\f\r !"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]/g, (char) =>
    /[!"%',/:;<=>@`]/.test(char) ? char : `\\${char}`,
  );
}
