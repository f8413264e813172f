import { WholeFloat } from "./yaml.ts";

/** A text that is not JSON, and where: `offset` counts characters from 0. */
export class JsonProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const MAX_DEPTH = 1_000;
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/y;
const WORDS: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/**
 * `json.loads(text)` of Python: objects as `Map`s in the order written, of equal keys the last, integers beyond 2^53 as bigints,
 * floats without a fraction as {@link WholeFloat}s, `NaN` and `Infinity` allowed. Throws {@link JsonProblem}.
 */
export function parseJson(text: string): unknown {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  end(): void {
    this.#blanks();
    if (this.#at < this.#text.length) throw new JsonProblem("Extra data", this.#at);
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new JsonProblem("nested too deeply", this.#at);
    this.#blanks();
    const char = this.#text[this.#at];
    if (char === '"') return this.#string();
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    return this.#number() ?? this.#word();
  }

  #object(depth: number): Map<unknown, unknown> {
    const object = new Map<unknown, unknown>();
    this.#at++;
    this.#blanks();
    if (this.#take("}")) return object;
    for (;;) {
      this.#blanks();
      if (this.#text[this.#at] !== '"')
        throw new JsonProblem("Expecting property name enclosed in double quotes", this.#at);
      const key = this.#string();
      this.#blanks();
      if (!this.#take(":")) throw new JsonProblem("Expecting ':' delimiter", this.#at);
      object.set(key, this.value(depth + 1));
      this.#blanks();
      if (this.#take("}")) return object;
      if (!this.#take(",")) throw new JsonProblem("Expecting ',' delimiter", this.#at);
    }
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    this.#blanks();
    if (this.#take("]")) return array;
    for (;;) {
      array.push(this.value(depth + 1));
      this.#blanks();
      if (this.#take("]")) return array;
      if (!this.#take(",")) throw new JsonProblem("Expecting ',' delimiter", this.#at);
    }
  }

  #string(): string {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code < 0x20) throw new JsonProblem("Invalid control character", at);
      if (code === 0x5c) at++;
      else if (code === 0x22) {
        this.#at = at + 1;
        return unquoted(this.#text.slice(start, at + 1), start);
      }
    }
    throw new JsonProblem("Unterminated string", start);
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    const value = Number(match[0]);
    if (match[1] !== undefined || match[2] !== undefined)
      return Number.isInteger(value) ? new WholeFloat(value) : value;
    return Number.isSafeInteger(value) ? value + 0 : BigInt(match[0]);
  }

  #word(): unknown {
    const word = /[A-Za-z-]*/y;
    word.lastIndex = this.#at;
    const found = word.exec(this.#text)?.[0] ?? "";
    if (!Object.hasOwn(WORDS, found)) throw new JsonProblem("Expecting value", this.#at);
    this.#at += found.length;
    return WORDS[found];
  }

  #blanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }
}

function unquoted(quoted: string, offset: number): string {
  if (!quoted.includes("\\")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new JsonProblem("Invalid \\escape", offset);
  }
}
