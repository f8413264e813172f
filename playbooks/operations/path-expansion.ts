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
  const wanted: [string, string][] = [];
  for (const [name, argument] of Object.entries(table)) {
    const value = args[name];
    if (argument.type === "path" && typeof value === "string" && needsExpansion(value)) wanted.push([name, value]);
  }
  if (wanted.length === 0) return args;
  const script = wanted.map(([, value]) => `printf %s ${expandingWord(value)} | base64 -w0; echo`).join("\n");
  const outcome = await read.run(script);
  const lines = outcome.stdout.split("\n");
  const expanded = wanted.map(([name], index) => [name, Buffer.from(lines[index] ?? "", "base64").toString("utf8")]);
  return { ...args, ...Object.fromEntries(expanded) };
}

function quoteUnlessEmpty(text: string): string {
  return text === "" ? "" : shellQuote(text);
}
