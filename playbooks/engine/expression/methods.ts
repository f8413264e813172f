import type { Callable } from "./callable.ts";
import { listMethod } from "./collection-methods.ts";
import { dictMethod } from "./dict-methods.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { numberAttribute } from "./number-methods.ts";
import { textMethod } from "./text-methods.ts";
import { isDict, isNumber, numeric, typeName } from "./values.ts";

/** The attribute or method `name` of a value, or undefined where Python's type has none that a template may use. */
export function methodOf(target: unknown, name: string): unknown {
  if (typeof target === "string") return textMethod(target, name);
  if (Array.isArray(target)) return listMethod(target, name);
  if (target instanceof Instance) return name.startsWith("_") ? undefined : target.attribute(name);
  if (isDict(target)) return dictMethod(target, name);
  if (isNumber(target) || typeof target === "boolean") return numberAttribute(target, name);
  return undefined;
}

/** The same methods by name for one type: none is reached but by its own key. */
export function methodFrom<T>(
  table: Readonly<
    Record<string, (target: T, given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown>
  >,
  target: T,
  name: string,
): Callable | undefined {
  const method = Object.hasOwn(table, name) ? table[name] : undefined;
  return method === undefined ? undefined : (given, named) => method(target, given, named);
}

/** `value` where Python wants a str. */
export function textArgument(value: unknown): string {
  if (value instanceof Undefined) throw value.error();
  if (typeof value !== "string") throw new ExpressionError(`must be str, not ${typeName(value)}`);
  return value;
}

/** A whole number where Python wants an int. */
export function integerArgument(value: unknown): number {
  if (value instanceof Undefined) throw value.error();
  const number = numeric(value);
  if (number === undefined || typeof value === "object" || !Number.isInteger(number))
    throw new ExpressionError(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return number;
}
