import { WholeFloat } from "../kernel/yaml.ts";

/**
 * The value of a text by Python's rules for literals (`ast.literal_eval`), as INI inventories read their values: numbers,
 * True, False, None, quoted texts, lists, tuples and dicts. Anything else is the text itself.
 */
export function pythonLiteral(text: string): unknown {
  const reader = new LiteralReader(text);
  try {
    const value = reader.value();
    reader.end();
    return value;
  } catch (error) {
    if (error instanceof NotALiteral) return text;
    throw error;
  }
}

class NotALiteral extends Error {}

const MAX_DEPTH = 50;

class LiteralReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): unknown {
    if (++this.#depth > MAX_DEPTH) throw new NotALiteral();
    this.#take(/\s*/y);
    const result = this.#one();
    this.#take(/\s*/y);
    this.#depth--;
    return result;
  }

  end(): void {
    if (this.#at < this.#text.length) throw new NotALiteral();
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  #one(): unknown {
    const word = this.#take(/(?:True|False|None)\b/y);
    if (word !== undefined) return word === "None" ? null : word === "True";
    const number = this.#take(
      /[-+]?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+)(?![\w.])/y,
    );
    if (number !== undefined) return numberOf(number);
    const text = this.#take(/[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/y);
    if (text !== undefined) return unquoted(text.replace(/^[uU]/, ""));
    if (this.#take(/\[/y) !== undefined) return this.#items(/\]/y);
    if (this.#take(/\(/y) !== undefined) return this.#items(/\)/y);
    if (this.#take(/\{/y) !== undefined) return this.#pairs();
    throw new NotALiteral();
  }

  #items(close: RegExp): unknown[] {
    const items: unknown[] = [];
    for (;;) {
      this.#take(/\s*/y);
      if (this.#take(close) !== undefined) return items;
      items.push(this.value());
      if (this.#take(/,/y) !== undefined) continue;
      if (this.#take(close) === undefined) throw new NotALiteral();
      return items;
    }
  }

  #pairs(): ReadonlyMap<unknown, unknown> {
    const pairs = new Map<unknown, unknown>();
    for (;;) {
      this.#take(/\s*/y);
      if (this.#take(/\}/y) !== undefined) return pairs;
      const key = this.value();
      if (this.#take(/:/y) === undefined) throw new NotALiteral();
      pairs.set(key, this.value());
      if (this.#take(/,/y) !== undefined) continue;
      if (this.#take(/\}/y) === undefined) throw new NotALiteral();
      return pairs;
    }
  }
}

function numberOf(text: string): unknown {
  const digits = text.replaceAll("_", "");
  if (/^[-+]?0\d/.test(digits) && !/[.eE]/.test(digits)) throw new NotALiteral();
  const value = Number(digits);
  if (Number.isNaN(value)) throw new NotALiteral();
  if (/[.eE]/.test(digits) && !/^[-+]?0[xX]/.test(digits))
    return Number.isInteger(value) ? new WholeFloat(value) : value;
  return value;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, (_whole, char: string) => {
    const plain: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\", "'": "'", '"': '"' };
    return plain[char] ?? `\\${char}`;
  });
}
