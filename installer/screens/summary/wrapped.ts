import type { SummaryLine } from "./lines.ts";

/** The lines broken between words so that none is longer than `columns` cells; what continues a line is set in by two. */
export function wrappedLines(lines: readonly SummaryLine[], columns: number): SummaryLine[] {
  return lines.flatMap((line) => brokenText(line.text, columns).map((text) => ({ ...line, text })));
}

function brokenText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    // A word longer than a line is cut; so is one that only the setting in stands before.
    const end = rest.slice(0, Math.max(0, space)).trim() === "" ? columns : space;
    lines.push(rest.slice(0, end));
    rest = `  ${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest];
}
