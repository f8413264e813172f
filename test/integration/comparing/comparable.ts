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

/** Where two lists differ, by position, with both sides; the order of keys does not count. */
export function differing<T>(
  theirs: readonly T[],
  ours: readonly T[],
): { theirs: T | undefined; ours: T | undefined }[] {
  const count = Math.max(theirs.length, ours.length);
  return Array.from({ length: count }, (_, index) => ({ theirs: theirs[index], ours: ours[index] })).filter(
    (pair) => sorted(pair.theirs) !== sorted(pair.ours),
  );
}

/** Lines that only one of two texts has. */
export function unlike(theirs: string, ours: string): string[] {
  const [there, here] = [new Set(theirs.split("\n")), new Set(ours.split("\n"))];
  const missing = [...there].filter((line) => !here.has(line)).map((line) => `only there: ${line}`);
  return [...missing, ...[...here].filter((line) => !there.has(line)).map((line) => `only here: ${line}`)];
}

function sorted(value: unknown): string {
  return String(
    JSON.stringify(value, (_, item: unknown) =>
      typeof item === "object" && item !== null && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ),
  );
}
