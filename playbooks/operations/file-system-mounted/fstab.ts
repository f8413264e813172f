/** One entry of fstab(5), its fields as they are in the file. */
export interface FstabEntry {
  readonly src: string;
  readonly name: string;
  readonly fstype: string;
  readonly opts: string;
  readonly dump: string;
  readonly passno: string;
}

/** A field as fstab(5) writes it: white space and backslashes as octal numbers. */
export function escapedField(text: string): string {
  return text.replaceAll("\\", "\\134").replaceAll(" ", "\\040").replaceAll("&", "\\046");
}

/** The text with one entry for the mount point (of swap: for the device), in the place of the old one or at the end. */
export function withEntry(text: string, entry: FstabEntry): string {
  const wanted = Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key, escapedField(value)]),
  ) as unknown as FstabEntry;
  let exists = false;
  const lines = linesOf(text).map((line) => {
    const found = parseEntry(line, [4, 5, 6]);
    if (found === undefined || !isSame(found, wanted)) return line;
    exists = true;
    const same = (["src", "fstype", "opts", "dump", "passno"] as const).every((key) => found[key] === wanted[key]);
    return same ? line : written({ ...wanted, name: found.name });
  });
  return exists ? lines.join("") : lines.join("") + written(wanted);
}

/** The text without the mount point's entry. */
export function withoutEntry(text: string, name: string, src: string | undefined): string {
  const wanted = { name: escapedField(name), src: src ?? "" };
  return linesOf(text)
    .filter((line) => {
      const found = parseEntry(line, [6]);
      return found === undefined || !isSame(found, src === undefined ? { name: wanted.name } : wanted);
    })
    .join("");
}

function isSame(found: FstabEntry, wanted: { readonly name: string; readonly src?: string }): boolean {
  if (found.name !== wanted.name) return false;
  const isSwap = found.name === "none" && found.fstype === "swap";
  return !(isSwap && wanted.src !== undefined && found.src !== wanted.src);
}

function parseEntry(line: string, counts: readonly number[]): FstabEntry | undefined {
  if (line.trim() === "" || line.trim().startsWith("#")) return undefined;
  const fields = (line.split("#")[0] ?? "").trim().split(/\s+/);
  if (!counts.includes(fields.length)) return undefined;
  const [src = "", name = "", fstype = "", opts = "", dump = "0", passno = "0"] = fields;
  return { src, name, fstype, opts, dump, passno };
}

function written({ src, name, fstype, opts, dump, passno }: FstabEntry): string {
  return `${src} ${name} ${fstype} ${opts} ${dump} ${passno}\n`;
}

function linesOf(text: string): string[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => (line.endsWith("\n") ? line : `${line}\n`));
}
