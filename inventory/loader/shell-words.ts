/**
 * The words of a line as Python's `shlex.split(line, comments)` reads them: `#` begins a comment, in a word too; a backslash
 * takes the next character as it is, within double quotes only a quote or a backslash. Throws RangeError with Python's words.
 */
export function shellWords(line: string, hasComments: boolean): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === "#" && hasComments) break;
    if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "\\") {
      if (at + 1 >= line.length) throw new RangeError("No escaped character");
      word = (word ?? "") + (line[++at] ?? "");
    } else if (char === "'" || char === '"') {
      const end = closing(line, at);
      const inner = line.slice(at + 1, end);
      word = (word ?? "") + (char === '"' ? inner.replace(/\\(["\\])/g, "$1") : inner);
      at = end;
    } else word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function closing(line: string, from: number): number {
  const quote = line[from];
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === "\\" && quote === '"') at++;
    else if (line[at] === quote) return at;
  }
  throw new RangeError("No closing quotation");
}
