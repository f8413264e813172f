import type { ArgumentType } from "./operation.ts";
import { pythonRepresentation, pythonText } from "./python-text.ts";

/** A value in the wanted type, or why it cannot be, in ansible-core's words. */
export type Conversion = { readonly value: unknown } | { readonly problem: string };

/** `value` as `type`, by the rules of ansible-core's `module_utils/common/validation`. `path` is not expanded here. */
export function convertArgument(type: ArgumentType, value: unknown): Conversion {
  switch (type) {
    case "str":
    case "path":
      return { value: value === null || value === undefined ? "" : pythonText(value) };
    case "bool":
      return toBoolean(value);
    case "int":
      return toInteger(value);
    case "float":
      return toFloat(value);
    case "list":
      return toList(value);
    case "dict":
      return toDictionary(value);
    default:
      return { value };
  }
}

/** The name Python gives to the type of `value`. */
export function pythonTypeName(value: unknown): string {
  if (value === null || value === undefined) return "NoneType";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return Array.isArray(value) ? "list" : "dict";
}

const TRUE_WORDS: readonly string[] = ["y", "yes", "on", "1", "true", "t"];
const FALSE_WORDS: readonly string[] = ["n", "no", "off", "0", "false", "f"];

function toBoolean(value: unknown): Conversion {
  if (typeof value === "boolean") return { value };
  if (value === 1 || value === 0) return { value: value === 1 };
  if (typeof value === "string") {
    const word = value.toLowerCase().trim();
    if (TRUE_WORDS.includes(word)) return { value: true };
    if (FALSE_WORDS.includes(word)) return { value: false };
  }
  if (typeof value !== "string" && typeof value !== "number") return { problem: unconvertible(value, "bool") };
  // The original lists the words in the arbitrary order of a Python set; here they have a fixed one.
  const words = [...TRUE_WORDS, ...FALSE_WORDS].map((word) => `'${word}'`);
  return { problem: `The value '${value}' is not a valid boolean. Valid booleans include: ${words.join(", ")}, 1, 0` };
}

function toInteger(value: unknown): Conversion {
  if (typeof value === "boolean") return { value: value ? 1 : 0 };
  if (typeof value === "number" && Number.isInteger(value)) return { value };
  if (typeof value === "string" && /^\s*[+-]?\d[\d_]*(\.0*)?([eE]\+?\d+)?\s*$/.test(value)) {
    return { value: Number(value.replaceAll("_", "")) };
  }
  return { problem: `"${pythonRepresentation(value)}" cannot be converted to an int` };
}

function toFloat(value: unknown): Conversion {
  if (typeof value === "number") return { value };
  if (typeof value === "boolean") return { value: value ? 1 : 0 };
  if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) {
    return { value: Number(value) };
  }
  return { problem: unconvertible(value, "float") };
}

function toList(value: unknown): Conversion {
  if (Array.isArray(value)) return { value };
  if (typeof value === "string") return { value: value.split(",") };
  if (typeof value === "number" || typeof value === "boolean") return { value: [pythonText(value)] };
  return { problem: unconvertible(value, "list") };
}

function toDictionary(value: unknown): Conversion {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return { value };
  if (typeof value !== "string") return { problem: unconvertible(value, "dict") };
  if (value.startsWith("{")) {
    try {
      return { value: JSON.parse(value) as unknown };
    } catch {
      return { problem: "unable to evaluate string as dictionary" };
    }
  }
  if (!value.includes("=")) return { problem: "dictionary requested, could not parse JSON or key=value" };
  const fields = keyValueFields(value.trim());
  if (fields.some((field) => !field.includes("="))) {
    return { problem: 'unable to evaluate string in the "key=value" format as dictionary' };
  }
  return {
    value: Object.fromEntries(
      fields.map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
    ),
  };
}

function keyValueFields(text: string): string[] {
  const fields: string[] = [];
  let field = "";
  let quote = "";
  let escaped = false;
  for (const character of text) {
    if (escaped) {
      field += character;
      escaped = false;
    } else if (character === "\\") escaped = true;
    else if (quote === "" && (character === "'" || character === '"')) quote = character;
    else if (quote !== "" && character === quote) quote = "";
    else if (quote === "" && (character === "," || character === " ")) {
      if (field !== "") fields.push(field);
      field = "";
    } else field += character;
  }
  if (field !== "") fields.push(field);
  return fields;
}

function unconvertible(value: unknown, wanted: string): string {
  const article = wanted === "int" ? "an" : "a";
  const type = `<class '${pythonTypeName(value)}'>`;
  return `${type} cannot be converted to ${article} ${wanted}`;
}
