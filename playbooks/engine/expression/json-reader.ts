import { messageOf } from "#inventory/kernel/errors.ts";
import { ExpressionError } from "./errors.ts";
import { floatOf, integerOf } from "./values.ts";

/** `json.loads(text)`: dicts as Maps in the order written, ints and floats told apart. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, function revive(this: unknown, _key: string, value: unknown, source?: { source?: string }) {
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
    });
  } catch (error) {
    throw new ExpressionError(messageOf(error), { cause: error });
  }
}
