import type { Static, TSchema } from "typebox";
import { Compile } from "typebox/compile";
import { ApplianceError } from "./errors.ts";
import { loadYaml } from "./yaml.ts";
import { locate } from "./yaml-location.ts";

/** One thing wrong with a document a person wrote, and where, counted from 1. */
export interface DocumentProblem {
  readonly line: number;
  readonly column: number;
  /** Keys and indexes joined by `/`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** What a document is called when it does not fit. */
export interface DocumentKind {
  /** File name as a person knows it. */
  readonly source: string;
  /** Stable code of the error for a document that does not fit. */
  readonly code: string;
  readonly hint: string;
}

/**
 * The YAML `text` as the schema's type. Throws `KERNEL_YAML_UNPARSABLE` for what is not YAML, and `kind.code` (kind
 * `user`) naming line, column and key of what does not fit, with every problem in `context.problems`.
 */
export function readDocument<T extends TSchema>(schema: T, text: string, kind: DocumentKind): Static<T> {
  const value = loadYaml(text, kind.source);
  const problems = documentProblems(schema, value, text);
  if (problems.length > 0) throw documentInvalid(kind, problems);
  return value as Static<T>;
}

/** The error for a document whose problems are known. `problems` must not be empty. */
export function documentInvalid(kind: DocumentKind, problems: readonly DocumentProblem[]): ApplianceError {
  const shown = problems.slice(0, 5).map((one) => `${kind.source}:${one.line}:${one.column}: ${one.message}`);
  const more = problems.length > shown.length ? ` (and ${problems.length - shown.length} more)` : "";
  return new ApplianceError({
    code: kind.code,
    kind: "user",
    message: shown.join("; ") + more,
    hint: kind.hint,
    context: { source: kind.source, line: problems[0]?.line, column: problems[0]?.column, problems },
  });
}

/** Everything in `value`, read from `text`, that does not fit `schema`, in the order of the text. */
export function documentProblems(schema: TSchema, value: unknown, text: string): DocumentProblem[] {
  const byPath = new Map<string, string>();
  for (const error of Compile(schema).Errors(value)) {
    const path = error.instancePath.replace(/^\//, "");
    // An unknown key is told at the key itself; an alternative that fails is told by its members.
    if (error.keyword === "additionalProperties" || byPath.has(path)) continue;
    byPath.set(path, wordsOf(error, schema, path));
  }
  return [...byPath]
    .map(([path, message]) => ({
      ...locate(text, segmentsOf(path)),
      path,
      message: path ? `${path}: ${message}` : message,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly message: string;
}

function wordsOf(error: SchemaError, schema: TSchema, path: string): string {
  const schemaPath = segmentsOf(error.schemaPath.replace(/^#\/?/, ""));
  if (error.keyword === "boolean") {
    const known = Object.keys(recordAt(recordAt(schema, schemaPath.slice(0, -1)), ["properties"]));
    const suggestion = nearest(segmentsOf(path).at(-1) ?? "", known);
    return `there is no such key${suggestion === undefined ? "" : `; did you mean ${suggestion}?`}`;
  }
  const alternatives = schemaPath.at(-2) === "anyOf" ? recordAt(schema, schemaPath.slice(0, -1)) : {};
  const constants = Object.values(alternatives).map((one) => recordAt(one, [])["const"]);
  if (constants.length > 0 && constants.every((one) => one !== undefined))
    return `must be one of ${constants.join(", ")}`;
  if (constants.length > 0) {
    const types = Object.values(alternatives).map((one) => recordAt(one, [])["type"]);
    return `must be ${types.join(" or ")}`;
  }
  return error.message;
}

function segmentsOf(pointer: string): string[] {
  return pointer === "" ? [] : pointer.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function recordAt(value: unknown, path: readonly string[]): Record<string, unknown> {
  let at: unknown = value;
  for (const key of path) at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined;
  return typeof at === "object" && at !== null ? (at as Record<string, unknown>) : {};
}

/** The known word at most two changes away from `word`. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((one) => ({ one, distance: distanceOf(word, one) })).sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= 2 ? best.one : undefined;
}

/** Levenshtein distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
