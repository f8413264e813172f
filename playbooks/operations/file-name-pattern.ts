/** A shell pattern as Python's `fnmatch` reads it: `*`, `?`, `[…]`, `[!…]`; it must match the whole text, slashes included. */
export function fileNamePattern(pattern: string): RegExp {
  let source = "";
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    if (character === "*") source += "[\\s\\S]*";
    else if (character === "?") source += "[\\s\\S]";
    else if (character === "[") {
      const from = pattern.charAt(index + 1) === "!" ? index + 2 : index + 1;
      // A bracket right after the opening is a member.
      const end = pattern.indexOf("]", from + 1);
      if (end === -1) source += "\\[";
      else {
        const members = pattern.slice(from, end).replace(/[\\[\]^]/g, "\\$&");
        source += `[${from === index + 2 ? "^" : ""}${members}]`;
        index = end;
      }
    } else source += character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  return new RegExp(`^${source}$`);
}
