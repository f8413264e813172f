/** The output of the gathering script by section. */
export type Sections = ReadonlyMap<string, string>;

/** Facts by their names without `ansible_`; those without a value are left out. */
export type Facts = Readonly<Record<string, unknown>>;

export function text(sections: Sections, name: string): string {
  return sections.get(name) ?? "";
}

export function lines(sections: Sections, name: string): string[] {
  const found = text(sections, name);
  return found === "" ? [] : found.split("\n");
}

/** Lines of `name=value`; quotes around values are taken away. */
export function pairs(sections: Sections, name: string, separator = "="): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines(sections, name)) {
    const at = line.indexOf(separator);
    if (at <= 0) continue;
    const value = line.slice(at + 1).trim();
    found.set(line.slice(0, at).trim(), value.replace(/^(["'])(.*)\1$/, "$2"));
  }
  return found;
}

/** Lines `path:content` of grep, by path; a file of several lines keeps them all. */
export function fileContents(sections: Sections, name: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines(sections, name)) {
    const [, path = "", content = ""] = /^(.*\/[a-z_]+):(.*)$/.exec(line) ?? [];
    const before = found.get(path);
    found.set(path, before === undefined ? content.trim() : `${before}\n${content.trim()}`);
  }
  return found;
}

/** Bytes as the original words them: `10.00 GB`, `512.00 Bytes`. */
export function humanBytes(bytes: number): string {
  const units = ["Bytes", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size.toFixed(2)} ${units[unit]}`;
}
