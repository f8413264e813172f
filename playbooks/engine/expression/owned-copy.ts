import { LazyDict } from "./lazy-dict.ts";
import type { Scope } from "./scope.ts";
import { Range, Tuple, tupleOf } from "./sequences.ts";
import { isPlainObject } from "./values.ts";

/**
 * The variables of `outer` as a template sees them that changes lists and dicts in place: what it changes is its own copy,
 * made when a name is first used, and gone with the template.
 */
export function copyingScope(outer: Scope): Scope {
  const copies = new Map<string, unknown>();
  return {
    get: (name) => {
      if (!copies.has(name)) copies.set(name, ownedCopy(outer.get(name)));
      return copies.get(name);
    },
    names: () => outer.names?.() ?? [],
  };
}

/** Lists and dicts copied at all depths; dicts that work out their values when asked go on doing so, and views stay views. */
function ownedCopy(value: unknown): unknown {
  if (value instanceof Range) return value;
  if (value instanceof Tuple) return tupleOf(value.map(ownedCopy));
  if (Array.isArray(value)) return value.map(ownedCopy);
  if (value instanceof LazyDict) return value.copiedWith(ownedCopy);
  if (value instanceof Map && Object.getPrototypeOf(value) === Map.prototype)
    return new Map([...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [key, ownedCopy(item)]));
  if (isPlainObject(value)) return new Map(Object.entries(value).map(([key, item]) => [key, ownedCopy(item)]));
  return value;
}
