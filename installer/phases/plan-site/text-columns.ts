/** `text` in lines of at most `width` characters, broken at spaces; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

const GAP = "  ";
/** No column but the last is wider. */
const WIDEST = 34;
const NARROWEST_LAST = 20;

/** Rows of cells in columns as wide as they must be, `width` in all; the last column, or a too wide one, breaks into lines. */
export function columns(rows: readonly (readonly string[])[], width: number): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, index) =>
    Math.min(WIDEST, Math.max(0, ...rows.map((row) => row[index]?.length ?? 0))),
  );
  const before = widths.slice(0, -1).reduce((total, one) => total + one + GAP.length, 0);
  widths[count - 1] = Math.max(NARROWEST_LAST, width - before);
  return rows.flatMap((row) => {
    const cells = widths.map((one, index) => wrap(row[index] ?? "", one));
    const height = Math.max(1, ...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, index) => (cell[line] ?? "").padEnd(widths[index] ?? 0))
        .join(GAP)
        .trimEnd(),
    );
  });
}
