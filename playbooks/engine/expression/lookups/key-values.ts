/** A lookup term with options in it, as `key name=value other="a b"`: its options, and the rest. */
export function keyValues(term: string): { readonly rest: string; readonly options: ReadonlyMap<string, string> } {
  const options = new Map<string, string>();
  const words: string[] = [];
  for (const [word] of term.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g)) {
    const match = /^([^="']+)=(.*)$/s.exec(word);
    if (match === null) words.push(unquoted(word));
    else options.set((match[1] ?? "").trim(), unquoted(match[2] ?? ""));
  }
  return { rest: words.join(" "), options };
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}
