import { bind } from "../callable.ts";
import { ExpressionError, Undefined } from "../errors.ts";
import { tupleOf } from "../sequences.ts";
import {
  compare,
  type Dict,
  definedItems,
  dictEntries,
  dictGet,
  dictHas,
  equals,
  isDict,
  itemsOf,
  makeDict,
  pythonRepr,
  pythonString,
  truthy,
  typeName,
} from "../values.ts";
import type { Plugin, PluginContext } from "./plugin.ts";

export const dictFilters: readonly Plugin[] = [
  {
    name: "dict2items",
    apply: (input, given, named) => {
      const bound = bind("dict2items", ["key_name", "value_name"], given, named);
      if (!isDict(input))
        throw new ExpressionError(`dict2items requires a dictionary, got <class '${typeName(input)}'> instead.`);
      const keyName = bound.get("key_name") ?? "key";
      const valueName = bound.get("value_name") ?? "value";
      return dictEntries(input).map(([key, value]) =>
        makeDict([
          [keyName, key],
          [valueName, value],
        ]),
      );
    },
  },
  {
    name: "items2dict",
    apply: (input, given, named) => {
      const bound = bind("items2dict", ["key_name", "value_name"], given, named);
      if (!Array.isArray(input))
        throw new ExpressionError(`items2dict requires a list, got <class '${typeName(input)}'> instead.`);
      const keyName = bound.get("key_name") ?? "key";
      const valueName = bound.get("value_name") ?? "value";
      return makeDict(
        definedItems(input).map((item) => {
          if (!isDict(item) || !dictHas(item, keyName) || !dictHas(item, valueName))
            throw new ExpressionError(
              `items2dict requires each dictionary in the list to contain the keys ${pythonRepr(keyName)} and ${pythonRepr(valueName)}`,
            );
          return [dictGet(item, keyName), dictGet(item, valueName)] as const;
        }),
      );
    },
  },
  { name: "combine", apply: combine },
  {
    name: "dictsort",
    apply: (input, given, named) => {
      const bound = bind("dictsort", ["case_sensitive", "by", "reverse"], given, named);
      if (!isDict(input)) throw new ExpressionError(`'${typeName(input)}' object has no attribute 'items'`);
      const by = bound.get("by") ?? "key";
      if (by !== "key" && by !== "value") throw new ExpressionError('You can only sort by either "key" or "value"');
      const at = by === "value" ? 1 : 0;
      const fold = (value: unknown) =>
        typeof value === "string" && !truthy(bound.get("case_sensitive") ?? false) ? value.toLowerCase() : value;
      const pairs = dictEntries(input).sort((a, b) => compare(fold(a[at]), fold(b[at])));
      if (truthy(bound.get("reverse") ?? false)) pairs.reverse();
      return pairs.map((pair) => tupleOf(pair));
    },
  },
  {
    name: "items",
    apply: (input) => {
      if (!isDict(input)) throw new ExpressionError("Can only get item pairs from a mapping.");
      return dictEntries(input).map((pair) => tupleOf(pair));
    },
  },
  { name: "extract", acceptsUndefined: true, apply: extract },
  { name: "attr", apply: (input, [name], _named, context) => attributeOnly(input, name, context) },
  {
    name: "rekey_on_member",
    apply: (input, given, named) => {
      const bound = bind("rekey_on_member", ["key", "duplicates"], given, named);
      const key = bound.get("key");
      if (typeof input === "string") throw new ExpressionError("Type is not a valid list, set, or dict");
      const rows = isDict(input) ? dictEntries(input).map(([, value]) => value) : itemsOf(input);
      const duplicates = bound.get("duplicates") ?? "error";
      if (duplicates !== "error" && duplicates !== "overwrite")
        throw new ExpressionError(
          `duplicates parameter to rekey_on_member has unknown value ${pythonRepr(duplicates)}`,
        );
      const result = new Map<unknown, unknown>();
      for (const row of rows) {
        if (!isDict(row)) throw new ExpressionError("List item is not a valid dict");
        if (!dictHas(row, key)) throw new ExpressionError(`Key ${pythonString(key)} was not found`);
        const name = dictGet(row, key);
        if (result.has(name) && truthy(result.get(name)) && bound.get("duplicates") !== "overwrite")
          throw new ExpressionError(`Key ${pythonRepr(name)} is not unique, cannot convert to dict.`);
        result.set(name, row);
      }
      return result;
    },
  },
];

function attributeOnly(input: unknown, name: unknown, context: PluginContext): unknown {
  const value = context.attribute(input, pythonString(name));
  return typeof value === "function"
    ? value
    : new Undefined(`object of type '${typeName(input)}' has no attribute '${pythonString(name)}'`);
}

function extract(
  input: unknown,
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown {
  for (const value of [input, ...given, ...named.values()]) if (value instanceof Undefined) return value;
  const bound = bind("extract", ["container", "morekeys"], given, named);
  const more = bound.get("morekeys");
  const keys = [input, ...(more === undefined || more === null ? [] : Array.isArray(more) ? more : [more])];
  return keys.reduce<unknown>((value, key) => context.item(value, key), bound.get("container"));
}

type ListMerge = "replace" | "keep" | "append" | "prepend" | "append_rp" | "prepend_rp";
const LIST_MERGES: readonly string[] = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"];

function combine(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
  for (const name of named.keys())
    if (name !== "recursive" && name !== "list_merge")
      throw new ExpressionError("'recursive' and 'list_merge' are the only valid keyword arguments");
  const recursive = truthy(named.get("recursive") ?? false);
  const lists = pythonString(named.get("list_merge") ?? "replace");
  if (!LIST_MERGES.includes(lists))
    throw new ExpressionError(`merge_hash: 'list_merge' argument can only be equal to ${LIST_MERGES.join(", ")}`);
  const dicts = [input, ...given].flat(1).filter((item) => item !== null && item !== "None" && item !== "null");
  if (dicts.length === 0) return new Map();
  if (dicts.length === 1) return dicts[0];
  return dicts.reduce((low, high) => {
    if (!isDict(low) || !isDict(high))
      throw new ExpressionError(
        `failed to combine variables, expected dicts but got a '${typeName(low)}' and a '${typeName(high)}'`,
      );
    return mergeDicts(low, high, recursive, lists as ListMerge);
  });
}

function mergeDicts(low: Dict, high: Dict, recursive: boolean, lists: ListMerge): Dict {
  const merged = makeDict(dictEntries(low));
  for (const [key, value] of dictEntries(high)) {
    const before = merged.get(key);
    if (recursive && isDict(before) && isDict(value)) merged.set(key, mergeDicts(before, value, recursive, lists));
    else if (Array.isArray(before) && Array.isArray(value)) merged.set(key, mergeLists(before, value, lists));
    else merged.set(key, value);
  }
  return merged;
}

function mergeLists(low: readonly unknown[], high: readonly unknown[], how: ListMerge): readonly unknown[] {
  const without = (list: readonly unknown[], others: readonly unknown[]) =>
    list.filter((item) => !others.some((other) => equals(item, other)));
  switch (how) {
    case "keep":
      return low;
    case "append":
      return [...low, ...high];
    case "prepend":
      return [...high, ...low];
    case "append_rp":
      return [...without(low, high), ...high];
    case "prepend_rp":
      return [...high, ...without(low, high)];
    default:
      return high;
  }
}
