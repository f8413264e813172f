import { ExpressionSyntaxError } from "./errors.ts";
import { floatOf, integerOf } from "./values.ts";

export interface Token {
  readonly kind: "name" | "string" | "number" | "operator" | "end";
  /** The text of a name or operator, the decoded text of a string, the digits of a number. */
  readonly text: string;
  readonly value?: unknown;
  readonly offset: number;
}

const OPERATOR = /\*\*|\/\/|==|!=|<=|>=|[-+*/%~[\](){}<>=.:|,;!]/y;
const NUMBER =
  /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|(?:[0-9](?:_?[0-9])*)(?:(?:\.[0-9](?:_?[0-9])*)?[eE][-+]?[0-9](?:_?[0-9])*|\.[0-9](?:_?[0-9])*)?/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const STRING = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y;
const BLANK = /\s+/y;
const LINE_BLANK = /[^\S\n]+/y;
const OPENS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/**
 * The tokens of one expression, from `offset` in `source` until the closing mark `until` (or the end). With `literalTexts`
 * backslashes in text literals stand for themselves; `closing` is what the end is called in errors.
 */
export function tokenize(
  source: string,
  offset = 0,
  until?: RegExp,
  literalTexts = false,
  closing = "end of template",
  staysOnLine = false,
): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  let at = offset;
  const open: string[] = [];
  const read = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at += match[0].length;
    return match;
  };
  for (;;) {
    read(staysOnLine && open.length === 0 ? LINE_BLANK : BLANK);
    if (at >= source.length) break;
    if (until !== undefined && open.length === 0) {
      until.lastIndex = at;
      if (until.test(source)) break;
    }
    const start = at;
    const number = read(NUMBER);
    if (number !== null) {
      // `a.0.b` is two lookups, not the float 0.b.
      const afterDot = tokens.at(-1)?.text === "." && tokens.at(-1)?.kind === "operator";
      const digits = afterDot ? (/^[0-9_]+/.exec(number[0])?.[0] ?? number[0]) : number[0];
      at = start + digits.length;
      tokens.push({ kind: "number", text: digits, value: numberValue(digits), offset: start });
      continue;
    }
    const name = read(NAME);
    if (name !== null) {
      tokens.push({ kind: "name", text: name[0], offset: start });
      continue;
    }
    const text = read(STRING);
    if (text !== null) {
      const body = text[1] ?? text[2] ?? "";
      tokens.push({ kind: "string", text: literalTexts ? body : decodeEscapes(body), offset: start });
      continue;
    }
    const operator = read(OPERATOR);
    if (operator === null) throw new ExpressionSyntaxError(`unexpected char '${source[at]}' at ${at}`);
    const awaited = OPENS[operator[0]];
    if (awaited !== undefined) open.push(awaited);
    else if (/[\])}]/.test(operator[0])) {
      const wanted = open.pop();
      if (wanted === undefined) throw new ExpressionSyntaxError(`unexpected '${operator[0]}'`);
      if (wanted !== operator[0]) throw new ExpressionSyntaxError(`unexpected '${operator[0]}', expected '${wanted}'`);
    }
    tokens.push({ kind: "operator", text: operator[0], offset: start });
  }
  tokens.push({ kind: "end", text: closing, offset: at });
  return { tokens, end: at };
}

function numberValue(text: string): unknown {
  const digits = text.replaceAll("_", "");
  return /^0[xXoObB]/.test(digits) || /^[0-9]+$/.test(digits) ? integerOf(BigInt(digits)) : floatOf(Number(digits));
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "\n": "",
};

/** Python's escapes in text literals; an unknown one stays as written. */
function decodeEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (whole, hex?: string, four?: string, eight?: string, octal?: string, single?: string) => {
      const code = hex ?? four ?? eight;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return codePoint(Number.parseInt(octal, 8));
      return SIMPLE[single ?? ""] ?? whole;
    },
  );
}

function codePoint(code: number): string {
  if (code > 0x10ffff) throw new ExpressionSyntaxError("illegal Unicode character in a text literal");
  return String.fromCodePoint(code);
}
