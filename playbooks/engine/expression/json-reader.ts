import { messageOf } from "#inventory/kernel/errors.ts";
import { ExpressionError } from "./errors.ts";
import { floatOf, integerOf } from "./values.ts";

/** `json.loads(text)`: dicts as Maps in the order written, ints and floats told apart. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(
      withoutConstants(text),
      function revive(this: unknown, _key: string, value: unknown, source?: { source?: string }) {
        if (typeof value === "string" && value.startsWith(MARK)) {
          const constant = CONSTANTS.get(value.slice(MARK.length));
          if (constant !== undefined) return floatOf(constant);
        }
        if (typeof value === "number") {
          const digits = source?.source ?? String(value);
          return /^-?\d+$/.test(digits) ? integerOf(BigInt(digits)) : floatOf(value);
        }
        if (
          typeof value === "object" &&
          value !== null &&
          !Array.isArray(value) &&
          Object.getPrototypeOf(value) === Object.prototype
        )
          return new Map(Object.entries(value));
        return value;
      },
    );
  } catch (error) {
    throw new ExpressionError(messageOf(error), { cause: error });
  }
}

const MARK = "\u0000constant:";
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** Python reads numbers that JSON has not: they become texts no JSON can hold, which are told apart again above. */
function withoutConstants(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  return text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/gs, (part) =>
    part.startsWith('"') ? part : JSON.stringify(MARK + part),
  );
}
