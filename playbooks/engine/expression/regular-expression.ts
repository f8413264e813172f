import { ExpressionError } from "./errors.ts";

/** A Python regular expression as one of this language. `flags` holds `i`, `m`, `s` as wanted. */
export function pythonRegExp(pattern: string, flags = ""): RegExp {
  let wanted = flags;
  let source = pattern.replace(/^\(\?([aiLmsux]+)\)/, (_all, inline: string) => {
    wanted += inline.replace(/[^ims]/g, "");
    return "";
  });
  source = translate(source, wanted);
  try {
    return new RegExp(source, [...new Set(`${wanted}gd`)].join(""));
  } catch (error) {
    throw new ExpressionError(`invalid regular expression ${JSON.stringify(pattern)}`, { cause: error });
  }
}

/** Rewrites what the two languages write differently: named groups, `\A`, `\Z`, and `$` before a last newline. */
function translate(source: string, flags: string): string {
  let result = "";
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at] ?? "";
    if (char === "\\") {
      const next = source[++at] ?? "";
      if (!inClass && next === "A") result += "(?<![\\s\\S])";
      else if (!inClass && next === "Z") result += "(?![\\s\\S])";
      else result += char + next;
    } else if (inClass) {
      if (char === "]") inClass = false;
      result += char;
    } else if (char === "[") {
      inClass = true;
      result += char;
      if (source[at + 1] === "^") result += source[++at];
      if (source[at + 1] === "]") {
        result += "\\]";
        at++;
      }
    } else if (char === "(" && source.startsWith("(?P<", at)) {
      result += "(?<";
      at += 3;
    } else if (char === "(" && source.startsWith("(?P=", at)) {
      const end = source.indexOf(")", at);
      result += `\\k<${source.slice(at + 4, end)}>`;
      at = end;
    } else if (char === "(" && source.startsWith("(?#", at)) {
      at = source.indexOf(")", at);
      if (at === -1) break;
    } else if (char === "$" && !flags.includes("m")) result += "(?=\\n?(?![\\s\\S]))";
    else if (char === "." && !flags.includes("s")) result += "[^\\n]";
    else result += char;
  }
  return result;
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
