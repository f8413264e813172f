const CONTEXT = 3;

interface Match {
  readonly a: number;
  readonly b: number;
  readonly size: number;
}

/**
 * A unified diff of two texts, hunks chosen as Python's difflib chooses them (longest matching runs first, popular lines of
 * long texts left out of the search), so that `--diff` reads as Ansible's does, with `context` equal lines around each hunk. Empty
 * for equal texts.
 */
export function unifiedDiff(
  before: string,
  after: string,
  beforeHeader: string,
  afterHeader: string,
  context = CONTEXT,
): string {
  if (before === after) return "";
  const a = splitLines(before);
  const b = splitLines(after);
  const lines = [`--- ${beforeHeader}`, `+++ ${afterHeader}`];
  for (const group of grouped(operationsOf(a, b), context)) {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) continue;
    lines.push(`@@ -${range(first.a1, last.a2)} +${range(first.b1, last.b2)} @@`);
    for (const { kind, a1, a2, b1, b2 } of group) {
      if (kind === "equal") for (const line of a.slice(a1, a2)) push(lines, " ", line);
      else {
        for (const line of a.slice(a1, a2)) push(lines, "-", line);
        for (const line of b.slice(b1, b2)) push(lines, "+", line);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

function push(lines: string[], mark: string, line: string): void {
  lines.push(mark + line.replace(/\n$/, ""));
  if (!line.endsWith("\n")) lines.push("\\ No newline at end of file");
}

function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function range(start: number, stop: number): string {
  const length = stop - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

interface Edit {
  readonly kind: "equal" | "change";
  readonly a1: number;
  readonly a2: number;
  readonly b1: number;
  readonly b2: number;
}

function operationsOf(a: readonly string[], b: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  for (const match of [...matchesOf(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) edits.push({ kind: "change", a1: i, a2: match.a, b1: j, b2: match.b });
    [i, j] = [match.a + match.size, match.b + match.size];
    if (match.size > 0) edits.push({ kind: "equal", a1: match.a, a2: i, b1: match.b, b2: j });
  }
  return edits;
}

/** Matching runs in order: the longest one (the earliest of those), then those left and right of it. */
function matchesOf(a: readonly string[], b: readonly string[]): Match[] {
  const places = new Map<string, number[]>();
  b.forEach((line, index) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  });
  if (b.length >= 200)
    for (const [line, indexes] of places) if (indexes.length > Math.floor(b.length / 100) + 1) places.delete(line);
  const found: Match[] = [];
  const queue: [number, number, number, number][] = [[0, a.length, 0, b.length]];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [a1, a2, b1, b2] = next;
    const match = longestMatch(a, b, places, a1, a2, b1, b2);
    if (match.size === 0) continue;
    found.push(match);
    if (a1 < match.a && b1 < match.b) queue.push([a1, match.a, b1, match.b]);
    if (match.a + match.size < a2 && match.b + match.size < b2)
      queue.push([match.a + match.size, a2, match.b + match.size, b2]);
  }
  found.sort((x, y) => x.a - y.a || x.b - y.b);
  const joined: Match[] = [];
  for (const match of found) {
    const last = joined.at(-1);
    if (last !== undefined && last.a + last.size === match.a && last.b + last.size === match.b)
      joined[joined.length - 1] = { ...last, size: last.size + match.size };
    else joined.push(match);
  }
  return joined;
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  a1: number,
  a2: number,
  b1: number,
  b2: number,
): Match {
  let best: Match = { a: a1, b: b1, size: 0 };
  let lengths = new Map<number, number>();
  for (let i = a1; i < a2; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] ?? "") ?? []) {
      if (j < b1) continue;
      if (j >= b2) break;
      const size = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, size);
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size };
    }
    lengths = next;
  }
  let { a: i, b: j, size } = best;
  while (i > a1 && j > b1 && a[i - 1] === b[j - 1]) [i, j, size] = [i - 1, j - 1, size + 1];
  while (i + size < a2 && j + size < b2 && a[i + size] === b[j + size]) size++;
  return { a: i, b: j, size };
}

/** Edits in hunks with a few equal lines around them. */
function grouped(edits: readonly Edit[], context: number): Edit[][] {
  const all = [...edits];
  const [first, last] = [all[0], all.at(-1)];
  if (first?.kind === "equal")
    all[0] = { ...first, a1: Math.max(first.a1, first.a2 - context), b1: Math.max(first.b1, first.b2 - context) };
  if (last?.kind === "equal" && all.length > 1)
    all[all.length - 1] = {
      ...last,
      a2: Math.min(last.a2, last.a1 + context),
      b2: Math.min(last.b2, last.b1 + context),
    };
  const groups: Edit[][] = [];
  let group: Edit[] = [];
  for (const edit of all) {
    let rest = edit;
    if (edit.kind === "equal" && edit.a2 - edit.a1 > 2 * context) {
      group.push({ ...edit, a2: edit.a1 + context, b2: edit.b1 + context });
      groups.push(group);
      group = [];
      rest = { ...edit, a1: edit.a2 - context, b1: edit.b2 - context };
    }
    group.push(rest);
  }
  if (group.some((edit) => edit.kind !== "equal")) groups.push(group);
  return groups.filter((part) => part.some((edit) => edit.kind !== "equal"));
}
