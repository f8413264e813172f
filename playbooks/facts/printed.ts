import type { FactSections, SectionOutput } from "./fact.ts";

const MAX_CHARACTERS = 4_000_000;
const MAX_LINES = 100_000;
const MAX_LINE = 100_000;

/** What one section printed, bounded, and why something may be missing from it. Made by {@link printedBy}. */
export class Printed {
  /** Standard output; without its last line when the section was cut off in the middle of it. */
  readonly text: string;
  /** Whether the section ran to its end. */
  readonly finished: boolean;
  readonly inContainer: boolean;
  readonly unprivileged: boolean;
  readonly #ran: boolean;
  readonly #complaints: readonly string[];

  constructor(output: SectionOutput | undefined) {
    const whole = output?.stdout ?? "";
    const kept = whole.slice(0, MAX_CHARACTERS);
    this.#ran = output !== undefined;
    this.finished = output !== undefined && output.status !== null && whole.length === kept.length;
    this.text = this.finished ? kept : kept.slice(0, kept.lastIndexOf("\n") + 1);
    this.#complaints = linesOf((output?.stderr ?? "").slice(0, MAX_CHARACTERS));
    this.inContainer = this.#complaints.includes("#container");
    this.unprivileged = this.#complaints.includes("#unprivileged");
  }

  get lines(): readonly string[] {
    return linesOf(this.text);
  }

  /** Whether the section found `tool` not installed. */
  lacks(tool: string): boolean {
    return this.#complaints.includes(`#missing ${tool}`);
  }

  /** Whether reading a file whose path ends with `path` was refused. */
  denied(path: string): boolean {
    return this.#complaints.some((line) => line.endsWith(`${path}: Permission denied`));
  }

  /** Why a field that should have been printed is not known; `otherwise` is the fact's own reason. */
  why(otherwise: string, tool?: string): string {
    if (!this.#ran) return "was not read";
    if (tool !== undefined && this.lacks(tool)) return `${tool} is not installed`;
    if (this.unprivileged) return "needs root";
    return this.finished ? otherwise : "reading did not finish in time";
  }
}

/** The output of `name`, empty when the section never ran. */
export function printedBy(sections: FactSections, name: string): Printed {
  return new Printed(Object.hasOwn(sections, name) ? sections[name] : undefined);
}

/** Non-empty lines, bounded in number and length. */
export function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/, MAX_LINES)
    .map((line) => line.slice(0, MAX_LINE))
    .filter((line) => line.trim() !== "");
}

/** `text` for people: no control or direction characters, single spaces, at most `limit` characters; null when empty. */
export function cleanText(text: string | null | undefined, limit = 200): string | null {
  if (text === null || text === undefined) return null;
  const clean = text
    .slice(0, limit * 8)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\uFFFD]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, limit)
    .replace(/[\uD800-\uDBFF]$/, "")
    .trim();
  return clean === "" ? null : clean;
}

/** A whole number from 0 that JavaScript holds exactly, in decimal or 0x hexadecimal; null otherwise. */
export function wholeNumber(text: string | null | undefined): number | null {
  const trimmed = (text ?? "").trim();
  if (!/^(?:\d{1,16}|0x[0-9a-fA-F]{1,13})$/.test(trimmed)) return null;
  const value = Number(trimmed);
  return Number.isSafeInteger(value) ? value : null;
}

/** `wholeNumber(text) × factor` when it is still exact. */
export function scaledNumber(text: string | null | undefined, factor: number): number | null {
  const value = wholeNumber(text);
  return value !== null && Number.isSafeInteger(value * factor) ? value * factor : null;
}

/** Lines `KEY<separator>VALUE` as a map; the first of equal keys counts. */
export function keyValues(lines: readonly string[], separator: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf(separator);
    const key = line.slice(0, Math.max(at, 0)).trim();
    if (at > 0 && !values.has(key)) values.set(key, line.slice(at + separator.length).trim());
  }
  return values;
}

/** The JSON document in `text`; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `value[key]` of something that came from outside; undefined when it is no object. */
export function field(value: unknown, ...keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

/** At most `limit` elements of something that came from outside; empty when it is no array. */
export function elements(value: unknown, limit = 1_000): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, limit) : [];
}

/** A string or number that came from outside, as {@link cleanText}. */
export function textOf(value: unknown, limit = 200): string | null {
  return typeof value === "string" || typeof value === "number" ? cleanText(String(value), limit) : null;
}

/** A list that came from outside without its repetitions, at most `limit` long. */
export function distinct<T>(values: Iterable<T>, limit = 1_000): T[] {
  return [...new Set(values)].slice(0, limit);
}
