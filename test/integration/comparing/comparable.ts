/** Keys whose values are never the same twice, or that only say how Ansible went about it. */
const VOLATILE: ReadonlySet<string> = new Set([
  "start",
  "end",
  "delta",
  "elapsed",
  "atime",
  "mtime",
  "ctime",
  "inode",
  "dev",
  "version",
  "invocation",
  "exception",
  "warnings",
  "deprecations",
  "src",
  "diff",
]);

/** A result without what differs from run to run; of a whole one also without what its status already says. */
export function comparable(value: unknown, volatile: ReadonlySet<string> = new Set(), isWhole = true): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, volatile, false));
  if (typeof value === "string") return value.replace(/ansible-tmp-[\w.-]+|ansible\.[a-z0-9_]{8}/g, "TEMPORARY");
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (VOLATILE.has(key) || volatile.has(key) || key.startsWith("_ansible")) continue;
    if (isWhole && (key === "failed" || key === "skipped")) continue;
    kept[key] = comparable(item, volatile, false);
  }
  return kept;
}

/** Where two values differ: the path of each leaf that only one has or that is not the same, with both sides. */
export function differing(theirs: unknown, ours: unknown, path = ""): { at: string; theirs: unknown; ours: unknown }[] {
  if (isTree(theirs) && isTree(ours) && Array.isArray(theirs) === Array.isArray(ours)) {
    const [there, here] = [new Map(Object.entries(theirs)), new Map(Object.entries(ours))];
    const keys = [...new Set([...there.keys(), ...here.keys()])];
    return keys.flatMap((key) => differing(there.get(key), here.get(key), `${path}/${labelOf(theirs, key)}`));
  }
  return theirs === ours || Object.is(theirs, ours) ? [] : [{ at: path, theirs, ours }];
}

/** Lines that only one of two texts has. */
export function unlike(theirs: string, ours: string): string[] {
  const [there, here] = [new Set(theirs.split("\n")), new Set(ours.split("\n"))];
  const missing = [...there].filter((line) => !here.has(line)).map((line) => `only there: ${line}`);
  return [...missing, ...[...here].filter((line) => !there.has(line)).map((line) => `only here: ${line}`)];
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** A task's number in a list says little to a reader: its name comes with it. */
function labelOf(tree: object, key: string): string {
  const item: unknown = Reflect.get(tree, key);
  const name: unknown = isTree(item) ? Reflect.get(item, "task") : undefined;
  return typeof name === "string" ? `${key} (${name})` : key;
}
