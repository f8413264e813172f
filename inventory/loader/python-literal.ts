import { UnsafeText, WholeFloat } from "../kernel/yaml.ts";
import { pythonText } from "./python-text.ts";

/**
 * The value of a text by Python's rules for literals (`ast.literal_eval`), as INI inventories read their values: numbers,
 * True, False, None, quoted texts, lists, tuples, sets (both as lists) and dicts, a `#` comment behind. Anything else is the
 * text itself. Throws TypeError where Python does: a list or dict as a key.
 */
export function pythonLiteral(text: string): unknown {
  if (/^[^\s\d\-+.'"[({#TFNbBrRuUs]/.test(text)) return text;
  const reader = new LiteralReader(text);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof NotALiteral) return text;
    throw error;
  }
}

class NotALiteral extends Error {}

const MAX_DEPTH = 90;
const INTEGER = String.raw`0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*`;
const DIGITS = String.raw`\d(?:_?\d)*`;
const FLOAT = String.raw`(?:${DIGITS}\.(?:${DIGITS})?|\.${DIGITS})(?:[eE][-+]?${DIGITS})?|${DIGITS}[eE][-+]?${DIGITS}`;
const NUMBER = new RegExp(String.raw`(?:(${FLOAT}|${DIGITS})[jJ]|(${FLOAT})|(${INTEGER}))(?![\w.])`, "y");
const STRING =
  /([rRuUbB]|[bB][rR]|[rR][bB])?("""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/sy;

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one value there is, or several between commas: a tuple. */
  whole(): unknown {
    if (/^\s*[\n\r]/.test(this.#text)) throw new NotALiteral();
    const first = this.#value();
    const items = [first];
    let isTuple = false;
    while (this.#take(/,/y) !== undefined) {
      isTuple = true;
      if (this.#ends()) break;
      items.push(this.#value());
    }
    if (!this.#ends()) throw new NotALiteral();
    return isTuple ? items : first;
  }

  #ends(): boolean {
    this.#blanks();
    if (this.#text[this.#at] === "#") return true;
    return this.#at >= this.#text.length;
  }

  #blanks(): void {
    this.#take(this.#depth > 0 ? /(?:\s|#[^\n]*\n)*/y : /[ \t\f]*/y);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  #value(): unknown {
    this.#blanks();
    const result = this.#one();
    this.#blanks();
    return result;
  }

  #one(): unknown {
    if (this.#take(/\.\.\./y) !== undefined) return "...";
    const word = this.#take(/(?:True|False|None)(?!\w)/y);
    if (word !== undefined) return word === "None" ? null : word === "True";
    if (this.#take(/set[ \t]*\([ \t]*\)/y) !== undefined) return [];
    const number = this.#signed();
    if (number !== undefined) return number;
    const text = this.#strings();
    if (text !== undefined) return text;
    if (this.#take(/\[/y) !== undefined) return this.#within(() => this.#items(/\]/y).items);
    if (this.#take(/\(/y) !== undefined) return this.#within(() => this.#parenthesised());
    if (this.#take(/\{/y) !== undefined) return this.#within(() => this.#braced());
    throw new NotALiteral();
  }

  #within<T>(read: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new NotALiteral();
    const result = read();
    this.#depth--;
    return result;
  }

  #signed(): unknown {
    const start = this.#at;
    const sign = this.#take(/[-+][ \t]*/y)?.[0];
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) {
      this.#at = start;
      return undefined;
    }
    this.#at += match[0].length;
    const [, complex, float, integer] = match;
    if (complex !== undefined) return `${sign === "-" ? "-" : ""}${complexPart(complex)}j`;
    if (float !== undefined) return floatOf(Number(float.replaceAll("_", "")) * (sign === "-" ? -1 : 1));
    const whole = BigInt((integer ?? "").replaceAll("_", ""));
    return integerOf(sign === "-" ? -whole : whole);
  }

  /** One quoted text, or several side by side. Ansible trusts no text made of bytes. */
  #strings(): string | UnsafeText | undefined {
    let text: string | undefined;
    let isBytes = false;
    for (;;) {
      STRING.lastIndex = this.#at;
      const match = STRING.exec(this.#text);
      if (match === null) return isBytes && text !== undefined ? new UnsafeText(text) : text;
      this.#at += match[0].length;
      const part = pythonText(match[2] ?? "", match[1] ?? "");
      if (part === undefined) throw new NotALiteral();
      isBytes = /b/i.test(match[1] ?? "");
      text = (text ?? "") + part;
      this.#blanks();
    }
  }

  #items(close: RegExp): { readonly items: unknown[]; readonly commas: number } {
    const items: unknown[] = [];
    let commas = 0;
    for (;;) {
      this.#blanks();
      if (this.#take(close) !== undefined) return { items, commas };
      items.push(this.#value());
      if (this.#take(/,/y) !== undefined) commas++;
      else if (this.#take(close) !== undefined) return { items, commas };
      else throw new NotALiteral();
    }
  }

  #parenthesised(): unknown {
    const { items, commas } = this.#items(/\)/y);
    return items.length === 1 && commas === 0 ? items[0] : items;
  }

  /** A dict, or a set where the first item has no colon behind. */
  #braced(): unknown {
    this.#blanks();
    if (this.#take(/\}/y) !== undefined) return new Map();
    const start = this.#at;
    this.#value();
    const isDict = this.#text[this.#at] === ":";
    this.#at = start;
    if (!isDict) return [...new Set(this.#items(/\}/y).items.map(hashable))];
    const pairs = new Map<unknown, unknown>();
    for (;;) {
      this.#blanks();
      if (this.#take(/\}/y) !== undefined) return pairs;
      const key = hashable(this.#value());
      if (this.#take(/:/y) === undefined) throw new NotALiteral();
      pairs.set(key, this.#value());
      if (this.#take(/,/y) !== undefined) continue;
      if (this.#take(/\}/y) === undefined) throw new NotALiteral();
      return pairs;
    }
  }
}

function hashable(key: unknown): unknown {
  if (typeof key === "object" && key !== null && !(key instanceof WholeFloat))
    throw new TypeError(`unhashable type: '${Array.isArray(key) ? "list" : "dict"}'`);
  return key instanceof WholeFloat ? key.value : key;
}

function complexPart(text: string): string {
  const value = Number(text.replaceAll("_", ""));
  return String(value);
}

function floatOf(value: number): unknown {
  return Number.isInteger(value) ? new WholeFloat(value) : value;
}

function integerOf(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
