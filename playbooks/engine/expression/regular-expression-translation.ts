import { ExpressionError } from "./errors.ts";

const WORD = "\\p{L}\\p{N}_";
const BLANK = "\\s\\x1c-\\x1f\\x85";
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
const NO_BOUNDARY = `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`;
const CONTROLS: Readonly<Record<string, string>> = { a: "\\x07", f: "\\f", n: "\\n", r: "\\r", t: "\\t", v: "\\v" };
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

/**
 * The source of a Python regular expression (the `re` module's) for this language's in Unicode mode: classes are Unicode's,
 * `$` holds before a last line end too, groups are named `(?P<name>)`. Throws ExpressionError for escapes Python does not know.
 */
export function translatePattern(source: string, flags: string): string {
  return new Translation(source, flags).run();
}

class Translation {
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #result = "";

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
  }

  run(): string {
    while (this.#at < this.#source.length) this.#step();
    return this.#result;
  }

  #step(): void {
    const char = this.#source[this.#at] ?? "";
    if (this.#flags.includes("x") && this.#isPassedOver(char)) return;
    switch (char) {
      case "\\":
        this.#escape();
        return;
      case "[":
        this.#class();
        return;
      case "(":
        this.#group();
        return;
      case "{":
        this.#braces();
        return;
      case "}":
      case "]":
        this.#result += `\\${char}`;
        break;
      case "$":
        this.#result += this.#flags.includes("m") ? "(?=\\n|(?![\\s\\S]))" : "(?=\\n?(?![\\s\\S]))";
        break;
      case "^":
        this.#result += this.#flags.includes("m") ? "(?<=\\n|(?<![\\s\\S]))" : "^";
        break;
      case ".":
        this.#result += this.#flags.includes("s") ? "[\\s\\S]" : "[^\\n]";
        break;
      default:
        this.#result += char;
    }
    this.#at++;
  }

  /** Blanks and comments of a verbose pattern. */
  #isPassedOver(char: string): boolean {
    if (/\s/.test(char)) {
      this.#at++;
      return true;
    }
    if (char !== "#") return false;
    const end = this.#source.indexOf("\n", this.#at);
    this.#at = end === -1 ? this.#source.length : end + 1;
    return true;
  }

  #escape(): void {
    const next = this.#source[this.#at + 1];
    if (next === undefined) throw new ExpressionError(`bad escape (end of pattern) at position ${this.#at}`);
    const known: Readonly<Record<string, string>> = {
      A: "(?<![\\s\\S])",
      Z: "(?![\\s\\S])",
      b: BOUNDARY,
      B: NO_BOUNDARY,
      w: `[${WORD}]`,
      W: `[^${WORD}]`,
      s: `[${BLANK}]`,
      S: `[^${BLANK}]`,
      d: "\\p{Nd}",
      D: "\\P{Nd}",
    };
    const whole = Object.hasOwn(known, next) ? known[next] : undefined;
    if (whole !== undefined) {
      this.#result += whole;
      this.#at += 2;
      return;
    }
    const reference = /^\\([1-9]\d?)/.exec(this.#source.slice(this.#at));
    if (reference?.[1] !== undefined) {
      // Not to be run together with a digit that follows.
      this.#result += `(?:\\${reference[1]})`;
      this.#at += reference[0].length;
      return;
    }
    this.#result += this.#character(false);
  }

  /** One escaped character. */
  #character(inClass: boolean): string {
    const rest = this.#source.slice(this.#at + 1, this.#at + 10);
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}|0[0-7]?))/.exec(rest);
    if (code !== null) {
      this.#at += 1 + code[0].length;
      const hex = code[1] ?? code[2] ?? code[3];
      return `\\u{${hex ?? Number.parseInt(code[4] ?? "0", 8).toString(16)}}`;
    }
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at + 1) ?? 0);
    this.#at += 1 + char.length;
    if (Object.hasOwn(CONTROLS, char)) return CONTROLS[char] ?? "";
    if (inClass && char === "b") return "\\x08";
    if (/[A-Za-z0-9]/.test(char)) throw new ExpressionError(`bad escape \\${char} at position ${this.#at - 2}`);
    return SYNTAX.test(char) || (inClass && char === "-") ? `\\${char}` : char;
  }

  #class(): void {
    let body = "";
    this.#at++;
    let isFirst = true;
    let open = "[";
    if (this.#source[this.#at] === "^") {
      open = "[^";
      this.#at++;
    }
    for (;;) {
      const char = this.#source[this.#at];
      if (char === undefined) throw new ExpressionError("unterminated character set");
      if (char === "]" && !isFirst) break;
      isFirst = false;
      if (char === "\\") body += this.#classEscape();
      else {
        const isRange = char === "-" && body !== "" && !/[\]]/.test(this.#source[this.#at + 1] ?? "]");
        const afterSet = /(?:\\p\{\w+\}|_|\\x85)$/.test(body) && this.#afterSet;
        body +=
          char === "-"
            ? isRange && !afterSet && !this.#beforeSet()
              ? "-"
              : "\\-"
            : SYNTAX.test(char)
              ? `\\${char}`
              : char;
        this.#afterSet = false;
        this.#at++;
      }
    }
    this.#at++;
    this.#result += `${open}${body}]`;
  }

  /** Whether what was read last in a class stands for many characters: no range can begin there. */
  #afterSet = false;

  #beforeSet(): boolean {
    return /^-\\[wWsSdD]/.test(this.#source.slice(this.#at));
  }

  #classEscape(): string {
    const next = this.#source[this.#at + 1] ?? "";
    const sets: Readonly<Record<string, string>> = {
      w: WORD,
      W: "\\W",
      s: BLANK,
      S: "\\S",
      d: "\\p{Nd}",
      D: "\\P{Nd}",
    };
    if (Object.hasOwn(sets, next)) {
      this.#at += 2;
      this.#afterSet = true;
      return sets[next] ?? "";
    }
    this.#afterSet = false;
    return this.#character(true);
  }

  #group(): void {
    const rest = this.#source.slice(this.#at);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    const reference = /^\(\?P=(\w+)\)/.exec(rest);
    const named = /^\(\?P</.exec(rest);
    const flagged = /^\(\?([aiLmsux]*)(-[imsx]+)?:/.exec(rest);
    if (comment !== null) this.#at += comment[0].length;
    else if (reference !== null) {
      this.#result += `\\k<${reference[1]}>`;
      this.#at += reference[0].length;
    } else if (named !== null) {
      this.#result += "(?<";
      this.#at += named[0].length;
      const end = this.#source.indexOf(">", this.#at);
      this.#result += this.#source.slice(this.#at, end + 1);
      this.#at = end + 1;
    } else if (flagged !== null) {
      const on = (flagged[1] ?? "").replace(/[^i]/g, "");
      const off = (flagged[2] ?? "").replace(/[^-i]/g, "");
      this.#result += `(?${on}${off === "-" ? "" : off}:`;
      this.#at += flagged[0].length;
    } else if (/^\(\?(?:[=!]|<[=!])/.test(rest)) {
      const size = rest.startsWith("(?<") ? 4 : 3;
      this.#result += rest.slice(0, size);
      this.#at += size;
    } else if (rest.startsWith("(?")) {
      throw new ExpressionError(`unknown extension ?${rest.slice(2, 4)} at position ${this.#at + 1}`);
    } else {
      this.#result += "(";
      this.#at++;
    }
  }

  #braces(): void {
    const match = /^\{(\d*)(,?)(\d*)\}/.exec(this.#source.slice(this.#at));
    if (match === null || (match[1] === "" && match[3] === "") || this.#result === "") {
      this.#result += "\\{";
      this.#at++;
      return;
    }
    this.#result += `{${match[1] === "" ? "0" : match[1]}${match[2]}${match[3]}}`;
    this.#at += match[0].length;
  }
}
