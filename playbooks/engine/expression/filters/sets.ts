import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { NumberSet } from "../number-set.ts";
import { Tuple } from "../sequences.ts";
import { definedItems, equals, isDict, numeric, truthy } from "../values.ts";
import { byPath, type Plugin } from "./plugin.ts";

type SetOperation = "union" | "intersect" | "difference" | "symmetric_difference";

/** The set operations: of numbers in the order of Python's sets, of all else in the order met. */
export const setFilters: readonly Plugin[] = [
  {
    name: "unique",
    apply: (input, given, named, context) => {
      const bound = bind("unique", ["case_sensitive", "attribute"], given, named);
      const isSensitive = truthy(bound.get("case_sensitive") ?? false);
      const path = bound.get("attribute");
      const key = (item: unknown) => {
        const value = path === undefined || path === null ? item : byPath(item, path, context);
        return !isSensitive && typeof value === "string" ? value.toLowerCase() : value;
      };
      const items = definedItems(input);
      // Without hashable keys the original falls back to comparing the items as they are.
      const hashable = items.every((item) => isHashable(key(item)));
      if (!hashable && (bound.get("case_sensitive") === false || truthy(path ?? null)))
        throw new ExpressionError(
          "Jinja2's unique filter failed and we cannot fall back to Ansible's version as it does not support the parameters supplied.",
        );
      return distinct(items, hashable ? key : (item) => item);
    },
  },
  ...(["union", "intersect", "difference", "symmetric_difference"] as const).map(
    (operation): Plugin => ({
      name: operation,
      apply: (input, given) => {
        if (given.length !== 1) throw new ExpressionError(`${operation}() takes exactly one argument`);
        return combined(operation, definedItems(input), definedItems(given[0]));
      },
    }),
  ),
];

function combined(operation: SetOperation, left: readonly unknown[], right: readonly unknown[]): unknown[] {
  if ([...left, ...right].every((item) => numeric(item) !== undefined)) return ofNumbers(operation, left, right);
  switch (operation) {
    case "union":
      return distinct([...left, ...right]);
    case "intersect":
      return distinct(left.filter((item) => has(right, item)));
    case "difference":
      return distinct(left.filter((item) => !has(right, item)));
    default:
      return distinct([...left.filter((item) => !has(right, item)), ...right.filter((item) => !has(left, item))]);
  }
}

function ofNumbers(operation: SetOperation, left: readonly unknown[], right: readonly unknown[]): unknown[] {
  const [a, b] = [NumberSet.of(left), NumberSet.of(right)];
  if (operation === "union") return a.union(b).values();
  if (operation === "intersect") return a.intersection(b).values();
  return operation === "difference" ? a.difference(b).values() : a.symmetricDifference(b).values();
}

function isHashable(value: unknown): boolean {
  return !isDict(value) && !(Array.isArray(value) && !(value instanceof Tuple));
}

function has(items: readonly unknown[], item: unknown): boolean {
  return items.some((other) => equals(other, item));
}

/** The items, each value once, in the order first met. */
export function distinct(items: readonly unknown[], keyOf: (item: unknown) => unknown = (item) => item): unknown[] {
  const texts = new Set<unknown>();
  const others: unknown[] = [];
  return items.filter((item) => {
    const key = keyOf(item);
    if (typeof key === "string") {
      if (texts.has(key)) return false;
      texts.add(key);
      return true;
    }
    if (has(others, key)) return false;
    others.push(key);
    return true;
  });
}
