import { ExpressionError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { Tuple } from "./sequences.ts";
import { compareText, dictEntries, floatText, isDict, isInteger, numeric, pythonString, typeName } from "./values.ts";

export interface JsonOptions {
  readonly indent?: number;
  readonly sortKeys: boolean;
  readonly ensureAscii: boolean;
  /** What is written of a value that JSON does not know, as a text. Without it such a value raises. */
  readonly textOf?: (value: Instance) => string | undefined;
  /** Between items and after keys. */
  readonly separators?: readonly string[];
}

/** `json.dumps(value)` of Python: its separators, its floats, its escapes. */
export function writeJson(value: unknown, options: JsonOptions): string {
  const [item = options.indent === undefined ? ", " : ",", colon = ": "] = options.separators ?? [];
  const write = (part: unknown, depth: number): string => {
    if (part instanceof Undefined) throw part.error();
    if (part === null) return "null";
    if (typeof part === "boolean") return part ? "true" : "false";
    if (typeof part === "string") return jsonText(part, options.ensureAscii);
    const number = numeric(part);
    if (number !== undefined) return isInteger(part) ? String(part) : jsonFloat(number);
    const lines = (open: string, close: string, parts: readonly string[]) => {
      if (parts.length === 0) return open + close;
      if (options.indent === undefined) return open + parts.join(item) + close;
      const gap = `\n${" ".repeat(options.indent * (depth + 1))}`;
      return `${open}${gap}${parts.join(item.trimEnd() + gap)}\n${" ".repeat(options.indent * depth)}${close}`;
    };
    if (Array.isArray(part))
      return lines(
        "[",
        "]",
        part.map((member) => write(member, depth + 1)),
      );
    if (part instanceof Instance) {
      const text = options.textOf?.(part);
      if (text !== undefined) return jsonText(text, options.ensureAscii);
    }
    if (!isDict(part)) throw new ExpressionError(`Object of type ${typeName(part)} is not JSON serializable`);
    const entries = dictEntries(part).map(([key, member]) => [jsonKey(key), member] as const);
    if (options.sortKeys) entries.sort(([a], [b]) => compareText(a, b));
    return lines(
      "{",
      "}",
      entries.map(([key, member]) => jsonText(key, options.ensureAscii) + colon + write(member, depth + 1)),
    );
  };
  return write(value, 0);
}

function jsonKey(key: unknown): string {
  if (key instanceof Tuple) throw new ExpressionError("Key of type 'tuple' is not JSON serializable");
  if (key === null) return "null";
  return typeof key === "boolean" ? String(key) : pythonString(key);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  return floatText(value);
}

function jsonText(text: string, ascii: boolean): string {
  const quoted = JSON.stringify(text);
  if (!ascii) return quoted;
  return quoted.replace(/[\u007f-\uffff]/g, (char) =>
    char === "\u007f" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
