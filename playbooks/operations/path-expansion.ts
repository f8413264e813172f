import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Argument, Reader } from "./operation.ts";

/**
 * `word` as shell that expands a leading `~` or `~user` and `$NAME` or `${NAME}` on the host, and nothing else; a variable
 * that is not set stays as written. Equals Python's `expanduser(expandvars(word))`.
 */
export function expandingWord(word: string): string {
  let rest = word;
  let prefix = "";
  const home = /^~([a-z_][a-z0-9_-]*)?(?=\/|$)/i.exec(word);
  if (home !== null) {
    rest = word.slice(home[0].length);
    prefix = home[0];
    // The slash must follow unquoted, else the shell does not see a tilde prefix.
    if (rest.startsWith("/")) {
      prefix += "/";
      rest = rest.slice(1);
    }
  }
  let shell = "";
  let last = 0;
  for (const match of rest.matchAll(/\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/g)) {
    const name = match[1] ?? match[2];
    shell += quoteUnlessEmpty(rest.slice(last, match.index));
    shell += `"\${${name}-\\${match[0].replace("}", "\\}")}}"`;
    last = match.index + match[0].length;
  }
  shell += quoteUnlessEmpty(rest.slice(last));
  return prefix + shell || "''";
}

/** Whether {@link expandingWord} could change the word at all. */
export function needsExpansion(word: string): boolean {
  return word.startsWith("~") || /\$[A-Za-z_{]/.test(word);
}

/**
 * Arguments of type `path` with `~` and variables expanded on the host, as the original does before anything else.
 * Costs a round trip only when there is something to expand.
 */
export async function expandPaths(
  args: Readonly<Record<string, unknown>>,
  table: Readonly<Record<string, Argument>>,
  read: Reader,
): Promise<Readonly<Record<string, unknown>>> {
  const wanted: string[] = [];
  for (const [name, argument] of Object.entries(table))
    wanted.push(...pathsOf(argument, args[name]).filter(needsExpansion));
  if (wanted.length === 0) return args;
  const script = wanted.map((value) => `printf %s ${expandingWord(value)} | base64 -w0; echo`).join("\n");
  const lines = (await read.run(script)).stdout.split("\n");
  const expanded = new Map(
    wanted.map((value, index) => [value, Buffer.from(lines[index] ?? "", "base64").toString("utf8")]),
  );
  const result: Record<string, unknown> = { ...args };
  for (const [name, argument] of Object.entries(table)) {
    if (pathsOf(argument, args[name]).length === 0) continue;
    const expand = (value: unknown) => expanded.get(String(value)) ?? value;
    result[name] = Array.isArray(args[name]) ? args[name].map(expand) : expand(args[name]);
  }
  return result;
}

/** The paths an argument holds: itself, or the members of a list of paths. */
function pathsOf(argument: Argument, value: unknown): string[] {
  if (argument.type === "path" && typeof value === "string") return [value];
  if (argument.elements === "path" && Array.isArray(value)) return value.map(String);
  return [];
}

function quoteUnlessEmpty(text: string): string {
  return text === "" ? "" : shellQuote(text);
}
