import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";

/** Options of ssh by name in lower case, the first value said of each. Source: ssh_config(5). */
export type SshOptionValues = ReadonlyMap<string, string>;

export interface SshConfigFolders {
  readonly home: string;
  /** Folder that relative `Include`s of the machine's own file count from. */
  readonly system: string;
}

/**
 * What ssh_config files say about `host`, first value wins: `Host` with patterns and `!`, `Match all`, `Match host` and `originalhost`,
 * `Include` with globs in the last part only. A `Match` with other criteria counts as not matched. Files that are not there say nothing.
 */
export async function readSshConfig(
  files: readonly string[],
  host: string,
  folders: SshConfigFolders,
): Promise<SshOptionValues> {
  const values = new Map<string, string>();
  for (const file of files) await readInto(values, file, host, folders, 0);
  return values;
}

const MAX_DEPTH = 16;

async function readInto(
  values: Map<string, string>,
  file: string,
  host: string,
  folders: SshConfigFolders,
  depth: number,
): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => "");
  let applies = true;
  for (const line of text.split(/\r?\n/)) {
    const [name = "", ...words] = wordsOf(line);
    const keyword = name.toLowerCase();
    if (keyword === "") continue;
    if (keyword === "host") applies = matchesAny(words, host);
    else if (keyword === "match") applies = matchHolds(words, host);
    else if (!applies) continue;
    else if (keyword === "include" && depth < MAX_DEPTH) {
      for (const word of words)
        for (const path of await included(word, folders)) await readInto(values, path, host, folders, depth + 1);
    } else if (keyword === "identityfile") {
      const known = values.get(keyword);
      values.set(keyword, known === undefined ? words.join(" ") : `${known}\n${words.join(" ")}`);
    } else if (!values.has(keyword)) values.set(keyword, words.join(" "));
  }
}

async function included(word: string, { home, system }: SshConfigFolders): Promise<string[]> {
  const path = word.replace(/^~(?=\/)/, home);
  const full = isAbsolute(path) ? path : join(system, path);
  if (!/[*?]/.test(full)) return [full];
  const { glob } = await import("node:fs/promises");
  return (await Array.fromAsync(glob(full))).sort();
}

/** `Keyword value`, `Keyword=value`, quotes around words, `#` begins a comment line. */
function wordsOf(line: string): string[] {
  const text = line.trim();
  if (text === "" || text.startsWith("#")) return [];
  const [, keyword = "", rest = ""] = /^([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(text) ?? [];
  return [keyword, ...(rest.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => word.replace(/^"|"$/g, ""))];
}

function matchesAny(patterns: readonly string[], host: string): boolean {
  const all = patterns.flatMap((pattern) => pattern.split(","));
  if (all.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1), host))) return false;
  return all.some((pattern) => matches(pattern, host));
}

function matchHolds(words: readonly string[], host: string): boolean {
  for (let at = 0; at < words.length; at++) {
    const criterion = (words[at] ?? "").toLowerCase();
    if (criterion === "all") continue;
    if (criterion !== "host" && criterion !== "originalhost") return false;
    if (!matchesAny([words[++at] ?? ""], host)) return false;
  }
  return words.length > 0;
}

function matches(pattern: string, host: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(host.toLowerCase());
}
