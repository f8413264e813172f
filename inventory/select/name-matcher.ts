import { inventoryErrors } from "../loader/errors.ts";

/**
 * Whether names fit: `~` and a regular expression, found at the start, or a shell glob for the whole name (`*`, `?`, `[abc]`,
 * `[!abc]`). Throws `INVENTORY_PATTERN_INVALID`.
 */
export function nameMatcher(pattern: string): (name: string) => boolean {
  if (!/^~|[*?[]/.test(pattern)) return (name) => name === pattern;
  try {
    const expression = pattern.startsWith("~") ? regularExpression(pattern.slice(1)) : globExpression(pattern);
    return (name) => expression.test(name);
  } catch (error) {
    throw inventoryErrors.invalidPattern(pattern, error);
  }
}

/** A Python regular expression at the start of a text: its names of groups and flags in front are not this language's. */
function regularExpression(source: string): RegExp {
  const flags = /^\(\?([aiLmsux]+)\)/.exec(source);
  const body = source
    .slice(flags?.[0].length ?? 0)
    .replaceAll("(?P<", "(?<")
    .replace(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\Z", "$")
    .replaceAll("\\A", "^");
  const known = [...(flags?.[1] ?? "")].filter((flag) => "ims".includes(flag));
  return new RegExp(`^(?:${body})`, [...new Set(known)].join(""));
}

function globExpression(glob: string): RegExp {
  const source = glob.replace(/\[!?\]?[^\]]*\]|[*?]|[.+^${}()|\\[\]/-]/g, (mark) => {
    if (mark === "*") return ".*";
    if (mark === "?") return ".";
    if (mark.length === 1) return `\\${mark}`;
    return `[${mark
      .slice(1, -1)
      .replace(/^!/, "^")
      .replace(/[\\[\]]/g, "\\$&")}]`;
  });
  return new RegExp(`^(?:${source})$`, "s");
}
