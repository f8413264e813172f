import { cleanText } from "../printed.ts";

/** Assignments of an os-release(5) file, unquoted; the last of equal keys counts, as in a shell. */
export function osRelease(lines: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line);
    if (match?.[1] === undefined) continue;
    const value = cleanText(unquoted(match[2] ?? ""));
    if (value !== null) values.set(match[1], value);
  }
  return values;
}

function unquoted(text: string): string {
  const quote = text.at(0);
  if ((quote !== '"' && quote !== "'") || text.length < 2 || text.at(-1) !== quote) return text;
  const inner = text.slice(1, -1);
  return quote === '"' ? inner.replace(/\\(["$`\\])/g, "$1") : inner;
}
