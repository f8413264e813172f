/**
 * `text` as words, as Python's `shlex.split` makes them: quotes and backslashes as in a POSIX shell, nothing expanded.
 * Throws a plain Error with the words of the original when a quote is not closed.
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (quote === "'") {
      if (character === "'") quote = "";
      else word = (word ?? "") + character;
    } else if (quote === '"') {
      if (character === '"') quote = "";
      else if (character === "\\" && /["\\]/.test(text.charAt(index + 1))) word = (word ?? "") + text.charAt(++index);
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (character === "\\") {
      index += 1;
      if (index >= text.length) throw new Error("No escaped character");
      word = (word ?? "") + text.charAt(index);
    } else if (/[ \t\r\n]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") throw new Error("No closing quotation");
  if (word !== undefined) words.push(word);
  return words;
}
