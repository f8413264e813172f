import { UnsafeText, VaultText } from "#inventory/kernel/yaml.ts";
import { compareText, dictEntries, floatText, isDict, isInteger, numeric, pythonString } from "../expression/values.ts";

/**
 * A value as ansible-inventory prints it in JSON: keys in order, four blanks a level, texts in UTF-8, encrypted values and texts
 * that are no templates marked as such.
 */
export function jsonListing(value: unknown, path: readonly string[] = []): string {
  const depth = path.length;
  if (value instanceof VaultText) return jsonListing(new Map([["__ansible_vault", value.ciphertext]]), path);
  if (value instanceof UnsafeText) {
    if (!holdsVariables(path)) return JSON.stringify(value.value);
    return bracketed("{}", [`"__ansible_unsafe": ${JSON.stringify(value.value)}`], depth);
  }
  if (Array.isArray(value))
    return bracketed(
      "[]",
      value.map((item: unknown, index) => jsonListing(item, [...path, String(index)])),
      depth,
    );
  if (!isDict(value)) return scalar(value);
  const entries = dictEntries(value).map(([key, item]) => [keyText(key), item] as const);
  const lines = new Map(entries);
  const sorted = [...lines].sort(([a], [b]) => compareText(a, b));
  return bracketed(
    "{}",
    sorted.map(([key, item]) => `${JSON.stringify(key)}: ${jsonListing(item, [...path, key])}`),
    depth,
  );
}

/** Where in a listing of everything values of variables stand; in that of one host nothing is marked. */
function holdsVariables(path: readonly string[]): boolean {
  const isHostVariable = path.length >= 4 && path[0] === "_meta" && path[1] === "hostvars";
  return isHostVariable || (path.length >= 3 && path[1] === "vars");
}

function bracketed(brackets: string, lines: readonly string[], depth: number): string {
  if (lines.length === 0) return brackets;
  const gap = `\n${" ".repeat(4 * (depth + 1))}`;
  return `${brackets[0]}${gap}${lines.join(`,${gap}`)}\n${" ".repeat(4 * depth)}${brackets[1]}`;
}

function scalar(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return String(value);
  const number = numeric(value);
  if (number === undefined) return JSON.stringify(pythonString(value));
  if (isInteger(value)) return String(value);
  if (Number.isNaN(number)) return "NaN";
  return Number.isFinite(number) ? floatText(number) : number > 0 ? "Infinity" : "-Infinity";
}

function keyText(key: unknown): string {
  return typeof key === "string" ? key : scalar(key);
}
