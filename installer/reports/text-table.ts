export type Style = "red" | "yellow" | "green" | "dim" | "bold";

/** Puts a style on text; the one for pipes returns the text as it is. */
export type Paint = (style: Style, text: string) => string;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly style?: (row: Row) => Style | undefined;
  /** Longest width; cells beyond it are cut. Of the last column, what is left of the line. */
  readonly most?: number;
}

const GAP = 2;

/** Rows under titles, one line each, no wider than `width`; what does not fit ends with an ellipsis. */
export function textTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  options: { readonly width: number; readonly paint: Paint },
): string[] {
  const widths = columnWidths(columns, rows, options.width);
  const line = (cells: readonly { text: string; style: Style | undefined }[]) =>
    cells
      .map(({ text, style }, position) => {
        const last = position === cells.length - 1;
        const fitted = cutTo(text, widths[position] ?? 0);
        const padded = last ? fitted : fitted.padEnd((widths[position] ?? 0) + GAP);
        return style === undefined ? padded : options.paint(style, padded);
      })
      .join("")
      .trimEnd();
  const head = line(columns.map((column) => ({ text: column.title, style: "dim" })));
  return [
    head,
    ...rows.map((row) => line(columns.map((column) => ({ text: column.cell(row), style: column.style?.(row) })))),
  ];
}

/** `text` cut to `width` characters; control characters, which a node may have sent, become spaces. */
export function cutTo(text: string, width: number): string {
  const plain = printable(text);
  return plain.length <= width ? plain : `${plain.slice(0, Math.max(0, width - 1))}…`;
}

/** `text` without control characters, so that nothing a node says can move the cursor or forge a line. */
export function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, " ");
}

function columnWidths<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number): number[] {
  const natural = columns.map((column) => {
    const longest = Math.max(column.title.length, ...rows.map((row) => printable(column.cell(row)).length));
    return Math.min(longest, column.most ?? longest);
  });
  const used = natural.slice(0, -1).reduce((sum, one) => sum + one + GAP, 0);
  const last = Math.max(8, Math.min(natural.at(-1) ?? 0, width - used));
  return [...natural.slice(0, -1), last];
}
