/** A file of yum.conf(5) repositories: sections with their options in order. */
export type RepositoryFile = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads what Python's RawConfigParser reads: comments are lost, lines that are indented go on with a value. */
export function parseRepositories(text: string): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split("\n")) {
    const head = /^\[([^\]]+)\]/.exec(line)?.[1];
    const entry = /^([^\s#;=:][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (head !== undefined) {
      section = found.get(head) ?? new Map();
      found.set(head, section);
      key = undefined;
    } else if (/^\s+\S/.test(line) && key !== undefined && section !== undefined) {
      section.set(key, `${section.get(key)}\n${line.trim()}`);
    } else if (entry?.[1] !== undefined && section !== undefined) {
      key = entry[1].toLowerCase();
      section.set(key, entry[2] ?? "");
    }
  }
  return found;
}

/** The file as RawConfigParser writes it. */
export function writtenRepositories(file: RepositoryFile): string {
  return [...file]
    .map(([name, options]) => {
      const lines = [...options].map(([key, value]) => `${key} = ${value.replaceAll("\n", "\n\t")}\n`);
      return `[${name}]\n${lines.join("")}\n`;
    })
    .join("");
}

/** The file with sections and options in order, for comparing and showing. */
export function shownRepositories(file: RepositoryFile): string {
  const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
  return [...file]
    .sort(byName)
    .map(
      ([name, options]) =>
        `[${name}]\n${[...options]
          .sort(byName)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join("")}\n`,
    )
    .join("");
}
