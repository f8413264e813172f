interface WrapOptions {
  readonly width: number;
  readonly breaksLongWords: boolean;
  readonly breaksOnHyphens: boolean;
}

/** Python's `textwrap.wrap` as Jinja2's `wordwrap` calls it: one line of text as lines, blanks at their ends dropped. */
export function wrapLine(text: string, { width, breaksLongWords, breaksOnHyphens }: WrapOptions): string[] {
  const chunks = chunksOf(text, breaksOnHyphens).reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    const line: string[] = [];
    let size = 0;
    if (chunks.at(-1)?.trim() === "" && lines.length > 0) chunks.pop();
    for (let next = chunks.at(-1); next !== undefined && size + next.length <= width; next = chunks.at(-1)) {
      line.push(next);
      size += next.length;
      chunks.pop();
    }
    const long = chunks.at(-1);
    if (long !== undefined && long.length > width) {
      const space = width < 1 ? 1 : width - size;
      if (breaksLongWords) {
        let cut = space;
        const hyphen = breaksOnHyphens && long.length > space ? long.lastIndexOf("-", space - 1) : -1;
        if (hyphen > 0 && /[^-]/.test(long.slice(0, hyphen))) cut = hyphen + 1;
        line.push(long.slice(0, cut));
        chunks[chunks.length - 1] = long.slice(cut);
      } else if (line.length === 0) {
        line.push(long);
        chunks.pop();
      }
    }
    if (line.at(-1)?.trim() === "") line.pop();
    if (line.length > 0) lines.push(line.join(""));
  }
  return lines;
}

/** Words and the blanks between them; after a hyphen between letters a word may be parted. */
function chunksOf(text: string, breaksOnHyphens: boolean): string[] {
  const words = text.split(/([\t\n\v\f\r ]+)/).filter((part) => part !== "");
  if (!breaksOnHyphens) return words;
  return words.flatMap((word) =>
    word
      .split(/(?<=[^\W\d_]{2}-)(?=[^\W\d_]-?[^\W\d_])|(?<=[\w!"'&.,?])(?=-{2,}\w)|(?<=-{2,})(?=\w)/)
      .filter((part) => part !== ""),
  );
}
