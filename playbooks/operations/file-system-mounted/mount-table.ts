/** What is mounted where, from lines of /proc/self/mountinfo (proc(5)): mount point → source. */
export function mountedSources(mountinfo: string): ReadonlyMap<string, string> {
  const records = new Map<string, { parent: string; root: string; dst: string; src: string }>();
  for (const line of mountinfo.split("\n")) {
    const fields = line.trim().split(" ");
    if (fields.length < 7) continue;
    const [id = "", parent = "", , root = "", dst = ""] = fields;
    records.set(id, { parent, root, dst: unescaped(dst), src: unescaped(fields.at(-2) ?? "") });
  }
  const sources = new Map<string, string>();
  for (const record of records.values()) {
    const parent = record.parent === "1" ? undefined : records.get(record.parent);
    if (parent === undefined) {
      sources.set(record.dst, record.src);
      continue;
    }
    // A bind mount tells the device it comes from; the folder is its root there, seen from where that is mounted.
    let root = record.root;
    if (parent.root.length > 1 && root.startsWith(`${parent.root}/`)) root = root.slice(parent.root.length);
    if (parent.dst !== "/") root = parent.dst + root;
    record.root = root;
    sources.set(record.dst, root);
  }
  return sources;
}

function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
