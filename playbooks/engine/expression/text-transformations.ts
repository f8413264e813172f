import { ExpressionError } from "./errors.ts";
import { typeName } from "./values.ts";

/** Python's `str.capitalize`. */
export function capitalize(text: string): string {
  const [first = "", ...rest] = [...text];
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Python's `str.title`: a capital wherever a letter follows none. */
export function titleCase(text: string): string {
  return text.replace(/\p{L}+/gu, (word) => {
    const [first = "", ...rest] = [...word];
    return (first === "ß" ? "Ss" : first.toUpperCase()) + rest.join("").toLowerCase();
  });
}

/** Python's `str.swapcase`. */
export function swapCase(text: string): string {
  return text.replace(/\p{L}/gu, (c) => (/\p{Lu}|\p{Lt}/u.test(c) ? c.toLowerCase() : c.toUpperCase()));
}

const BLANKS = "[\\s\\u001c-\\u001f\\u0085]";
const LEADING = new RegExp(`^${BLANKS}+`);
const TRAILING = new RegExp(`${BLANKS}+$`);
const GAP = new RegExp(`${BLANKS}+`, "g");

/** Python's `strip`: blanks unless `chars` names others. */
export function strip(text: string, chars: unknown, left: boolean, right: boolean): string {
  if (chars === undefined || chars === null) {
    if (left) text = text.replace(LEADING, "");
    return right ? text.replace(TRAILING, "") : text;
  }
  if (typeof chars !== "string") throw new ExpressionError(`strip arg must be None or str, not ${typeName(chars)}`);
  const set = new Set(chars);
  const letters = [...text];
  let start = 0;
  let end = letters.length;
  while (left && start < end && set.has(letters[start] ?? "")) start++;
  while (right && end > start && set.has(letters[end - 1] ?? "")) end--;
  return letters.slice(start, end).join("");
}

/** Python's `split` and `rsplit`: at blanks without a separator. */
export function splitText(text: string, separator: unknown, limit = -1, fromRight = false): string[] {
  if (separator === undefined || separator === null) return words(text, limit, fromRight);
  if (typeof separator !== "string") throw new ExpressionError(`must be str or None, not ${typeName(separator)}`);
  if (separator === "") throw new ExpressionError("empty separator");
  const parts = text.split(separator);
  if (limit < 0 || parts.length <= limit + 1) return parts;
  const cut = parts.length - limit;
  if (fromRight) return [parts.slice(0, cut).join(separator), ...parts.slice(cut)];
  return [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function words(text: string, limit: number, fromRight: boolean): string[] {
  const trimmed = strip(text, null, true, true);
  if (trimmed === "") return [];
  const gaps = [...trimmed.matchAll(GAP)];
  const chosen = limit < 0 ? gaps : fromRight ? gaps.slice(Math.max(0, gaps.length - limit)) : gaps.slice(0, limit);
  const parts: string[] = [];
  let from = 0;
  for (const gap of chosen) {
    parts.push(trimmed.slice(from, gap.index));
    from = gap.index + gap[0].length;
  }
  parts.push(trimmed.slice(from));
  // The side that is not cut any more keeps its outer blanks where the cutting stopped short of it.
  if (limit >= 0 && gaps.length > limit) {
    if (fromRight) parts[0] = text.slice(0, leadSize(text)) + (parts[0] ?? "");
    else parts[parts.length - 1] += text.slice(text.replace(TRAILING, "").length);
  }
  return parts;
}

function leadSize(text: string): number {
  return LEADING.exec(text)?.[0].length ?? 0;
}

/** Python's `splitlines`. */
export function splitLines(text: string, keepsEnds: boolean): string[] {
  const lines =
    text.match(
      /[^\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]*(?:\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029])|[^\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]+$/g,
    ) ?? [];
  return keepsEnds
    ? lines
    : lines.map((line) => line.replace(/(?:\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029])$/, ""));
}

export function replaceText(text: string, from: string, to: string, limit: number): string {
  if (from === "") {
    const letters = [...text];
    const count = limit < 0 ? letters.length + 1 : Math.min(limit, letters.length + 1);
    let result = "";
    letters.forEach((letter, index) => {
      result += (index < count ? to : "") + letter;
    });
    return count > letters.length ? result + to : result;
  }
  if (limit < 0) return text.replaceAll(from, () => to);
  const parts = text.split(from);
  const head = parts.slice(0, limit + 1).join(to);
  return parts.length > limit + 1 ? `${head}${from}${parts.slice(limit + 1).join(from)}` : head;
}

/** Python's `str.center`. */
export function center(text: string, width: number, fill: string): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (missing > 1_000_000) throw new ExpressionError("the text would be too large");
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}
