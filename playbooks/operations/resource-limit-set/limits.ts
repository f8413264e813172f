/** One limit of limits.conf(5). */
export interface Limit {
  readonly domain: string;
  readonly type: string;
  readonly item: string;
  readonly value: string;
}

/** What keeps a value from being one, in the original's words. */
export function wrongValue(item: string, value: string, prefix = ""): string | undefined {
  if (item === "nice" || item === "priority") {
    const number = /^[+-]?\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
    if (number >= -20 && number <= 19) return undefined;
    return `${prefix} Value of '${value}' for item '${item}' is invalid. Value must be a number in the range -20 to 19 inclusive. Refer to the limits.conf(5) manual pages for more details.`;
  }
  if (isUnlimited(value) || /^\d+$/.test(value)) return undefined;
  return `${prefix} Value of '${value}' for item '${item}' is invalid. Value must either be 'unlimited', 'infinity' or -1, all of which indicate no limit, or a limit of 0 or larger. Refer to the limits.conf(5) manual pages for more details.`;
}

export interface EditedLimits {
  readonly text: string;
  readonly changed: boolean;
  /** The limit's line, as it is in the file at the end. */
  readonly line: string;
}

/** The file with the limit in it: in the place of the old one, which may be kept when it is higher or lower, or at the end. */
export function withLimit(
  text: string,
  wish: Limit & { readonly comment: string; readonly keep: "higher" | "lower" | undefined; readonly path: string },
): EditedLimits | { readonly failure: string } {
  let comment = wish.comment;
  let line = "";
  let value = wish.value;
  let changed = false;
  let found = false;
  const written = () =>
    `${wish.domain}\t${wish.type}\t${wish.item}\t${value}${comment === "" ? "" : `\t#${comment}`}\n`;
  const kept: string[] = [];
  for (const current of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const limit = current.startsWith("#") ? undefined : parseLimit(current);
    if (current.startsWith("#") || current.trim() === "") {
      kept.push(current);
      continue;
    }
    const hash = current.indexOf("#");
    if (comment === "" && hash !== -1) comment = current.slice(hash + 1);
    if (limit === undefined) {
      kept.push(current);
      continue;
    }
    const problem = wrongValue(limit.item, limit.value, `Invalid configuration found in '${wish.path}'.`);
    if (problem !== undefined) return { failure: problem };
    if (limit.domain !== wish.domain || limit.type !== wish.type || limit.item !== wish.item) {
      kept.push(current);
      continue;
    }
    found = true;
    if (limit.value !== wish.value) value = chosen(wish.value, limit.value, wish.keep);
    const isSame = value === limit.value;
    changed ||= !isSame;
    line = isSame ? current : written();
    kept.push(line);
  }
  if (!found) {
    line = written();
    kept.push(line);
  }
  return { text: kept.join(""), changed: changed || !found, line };
}

function parseLimit(line: string): Limit | undefined {
  const fields = (line.replace(/\s+/g, " ").trim().split("#")[0] ?? "").trimEnd().split(" ");
  const [domain = "", type = "", item = "", value = ""] = fields;
  return fields.length === 4 ? { domain, type, item, value } : undefined;
}

function chosen(wanted: string, actual: string, keep: "higher" | "lower" | undefined): string {
  if (keep === undefined) return wanted;
  const size = (value: string) => (isUnlimited(value) ? Number.POSITIVE_INFINITY : Number(value));
  const prefersActual = keep === "higher" ? size(actual) >= size(wanted) : size(actual) <= size(wanted);
  return prefersActual ? actual : wanted;
}

function isUnlimited(value: string): boolean {
  return ["unlimited", "infinity", "-1"].includes(value);
}
