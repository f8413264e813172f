import { arithmetic } from "../arithmetic.ts";
import { bind } from "../callable.ts";
import { ExpressionError, Undefined } from "../errors.ts";
import { Group } from "../group.ts";
import { integerArgument, textArgument } from "../methods.ts";
import { type Tuple, tuple, tupleOf } from "../sequences.ts";
import {
  compare,
  definedItems,
  dictEntries,
  equals,
  isDict,
  itemsOf,
  pythonString,
  toFinal,
  truthy,
  typeName,
} from "../values.ts";
import { byPath, type Plugin, type PluginContext } from "./plugin.ts";

type Named = ReadonlyMap<string, unknown>;

export const listFilters: readonly Plugin[] = [
  { name: "list", apply: (input) => [...definedItems(input)] },
  { name: "length", apply: (input) => lengthOf(input) },
  { name: "count", apply: (input) => lengthOf(input) },
  { name: "first", apply: (input) => itemsOf(input)[0] ?? new Undefined("No first item, sequence was empty.") },
  { name: "last", apply: (input) => itemsOf(input).at(-1) ?? new Undefined("No last item, sequence was empty.") },
  {
    name: "join",
    apply: (input, given, named, context) => {
      const bound = bind("join", ["d", "attribute"], given, named);
      const path = bound.get("attribute");
      const items =
        path === undefined || path === null
          ? itemsOf(input)
          : itemsOf(input).map((item) => byPath(item, path, context));
      return items.map((item) => pythonString(toFinal(item))).join(pythonString(bound.get("d") ?? ""));
    },
  },
  {
    name: "reverse",
    apply: (input) => (typeof input === "string" ? [...input].reverse().join("") : [...definedItems(input)].reverse()),
  },
  {
    name: "sort",
    apply: (input, given, named, context) => {
      const bound = bind("sort", ["reverse", "case_sensitive", "attribute"], given, named);
      const keys = keyMaker(bound.get("attribute"), truthy(bound.get("case_sensitive") ?? false), context);
      return sorted(itemsOf(input), keys, truthy(bound.get("reverse") ?? false));
    },
  },
  {
    name: "flatten",
    apply: (input, given, named) => {
      const bound = bind("flatten", ["levels", "skip_nulls"], given, named);
      const levels = bound.get("levels");
      const depth = levels === undefined || levels === null ? Number.POSITIVE_INFINITY : integerArgument(levels);
      const flat = flatten(itemsOf(input), depth, truthy(bound.get("skip_nulls") ?? true));
      return flat.find((item) => item instanceof Undefined) ?? flat;
    },
  },
  { name: "map", acceptsUndefined: true, apply: mapFilter },
  {
    name: "select",
    acceptsUndefined: true,
    apply: (input, given, named, context) => chosen(input, given, named, context, true),
  },
  {
    name: "reject",
    acceptsUndefined: true,
    apply: (input, given, named, context) => chosen(input, given, named, context, false),
  },
  {
    name: "selectattr",
    acceptsUndefined: true,
    apply: (input, given, named, context) => chosenBy(input, given, named, context, true),
  },
  {
    name: "rejectattr",
    acceptsUndefined: true,
    apply: (input, given, named, context) => chosenBy(input, given, named, context, false),
  },
  {
    name: "groupby",
    apply: (input, given, named, context) => {
      const bound = bind("groupby", ["attribute", "default", "case_sensitive"], given, named);
      const path = bound.get("attribute");
      if (path === undefined)
        throw new ExpressionError("groupby() missing 1 required positional argument: 'attribute'");
      const isSensitive = truthy(bound.get("case_sensitive") ?? false);
      const written = (item: unknown) => {
        const value = byPath(item, path, context);
        // The original has a default too, but what is missing is told before it is asked for.
        if (value instanceof Undefined) throw value.error();
        return value;
      };
      const keyOf = (item: unknown) => {
        const value = written(item);
        return typeof value === "string" && !isSensitive ? value.toLowerCase() : value;
      };
      const groups: [unknown, unknown[]][] = [];
      for (const item of sorted(definedItems(input), keyOf, false)) {
        const key = keyOf(item);
        const group = groups.at(-1);
        if (group !== undefined && equals(group[0], key)) group[1].push(item);
        else groups.push([key, [item]]);
      }
      return groups.map(([, items]) => new Group(written(items[0]), items));
    },
  },
  { name: "min", apply: (input, given, named, context) => extreme(input, given, named, context, -1) },
  { name: "max", apply: (input, given, named, context) => extreme(input, given, named, context, 1) },
  {
    name: "sum",
    apply: (input, given, named, context) => {
      const bound = bind("sum", ["attribute", "start"], given, named);
      const path = bound.get("attribute");
      return itemsOf(input).reduce<unknown>(
        (total, item) =>
          arithmetic("+", total, path === undefined || path === null ? item : byPath(item, path, context)),
        bound.get("start") ?? 0,
      );
    },
  },
  {
    name: "batch",
    apply: (input, given, named) => {
      const bound = bind("batch", ["linecount", "fill_with"], given, named);
      const size = integerArgument(bound.get("linecount"));
      const items = definedItems(input);
      if (size === 0) return items.length === 0 ? [] : [[], [...items]];
      if (size < 0) return items.length === 0 ? [] : [[...items]];
      const rows: unknown[][] = [];
      for (let at = 0; at < items.length; at += size) {
        const row = items.slice(at, at + size);
        while (bound.has("fill_with") && bound.get("fill_with") !== null && row.length < size)
          row.push(bound.get("fill_with"));
        rows.push(row);
      }
      return rows;
    },
  },
  {
    name: "slice",
    apply: (input, given, named) => {
      const bound = bind("slice", ["slices", "fill_with"], given, named);
      const count = integerArgument(bound.get("slices"));
      const items = definedItems(input);
      const each = Math.floor(items.length / count);
      const longer = items.length % count;
      let at = 0;
      return Array.from({ length: count }, (_none, index) => {
        const row = items.slice(at, at + each + (index < longer ? 1 : 0));
        at += row.length;
        const fill = bound.get("fill_with");
        return fill !== undefined && fill !== null && index >= longer && longer > 0 ? [...row, fill] : row;
      });
    },
  },
  {
    name: "zip",
    apply: (input, given, named) =>
      zip([input, ...given], false, null, truthy(bind("zip", ["strict"], [], named).get("strict") ?? false)),
  },
  { name: "zip_longest", apply: (input, given, named) => zip([input, ...given], true, named.get("fillvalue") ?? null) },
  {
    name: "product",
    apply: (input, given, named) => product([input, ...given], integerArgument(named.get("repeat") ?? 1)),
  },
  { name: "combinations", apply: (input, [size]) => combinations(definedItems(input), integerArgument(size)) },
  {
    name: "permutations",
    apply: (input, [size]) => permutations(definedItems(input), integerArgument(size ?? itemsOf(input).length)),
  },
  { name: "subelements", apply: subelements },
];

function lengthOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value) || isDict(value)) return itemsOf(value).length;
  throw new ExpressionError(`object of type '${typeName(value)}' has no len()`);
}

function keyMaker(path: unknown, caseSensitive: boolean, context: PluginContext): (item: unknown) => unknown {
  const fold = (value: unknown) => (!caseSensitive && typeof value === "string" ? value.toLowerCase() : value);
  if (path === undefined || path === null) return fold;
  const paths = typeof path === "string" ? path.split(",") : [path];
  if (paths.length === 1) return (item) => fold(byPath(item, paths[0], context));
  return (item) => paths.map((part) => fold(byPath(item, part, context)));
}

function sorted(items: readonly unknown[], keyOf: (item: unknown) => unknown, reverse: boolean): unknown[] {
  const pairs = items.map((item) => ({ item, key: keyOf(item) }));
  pairs.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)));
  return pairs.map(({ item }) => item);
}

function flatten(items: readonly unknown[], levels: number, skipNulls: boolean): unknown[] {
  const flat: unknown[] = [];
  for (const item of items) {
    if (skipNulls && (item === null || item === "None" || item === "null")) continue;
    if (Array.isArray(item) && levels >= 1) flat.push(...flatten(item, levels - 1, skipNulls));
    else flat.push(item);
  }
  return flat;
}

function mapFilter(input: unknown, given: readonly unknown[], named: Named, context: PluginContext): unknown {
  if (input instanceof Undefined) return input;
  for (const value of [...given, ...named.values()]) if (value instanceof Undefined) return value;
  if (isNothing(input)) return [];
  const items = itemsOf(input);
  if (given.length === 0 && named.has("attribute")) {
    const path = named.get("attribute");
    for (const name of named.keys())
      if (name !== "attribute" && name !== "default")
        throw new ExpressionError(`Unexpected keyword argument '${name}'`);
    return items.map((item) => {
      const value = byPath(item, path, context);
      return value instanceof Undefined && named.has("default") ? named.get("default") : value;
    });
  }
  const [name, ...rest] = given;
  if (name === undefined) throw new ExpressionError("map requires a filter argument");
  const filter = textArgument(name);
  return items.map((item) => context.applyFilter(filter, item, rest, named));
}

/** What `map` and its kin find nothing to do in, whatever it is. */
function isNothing(input: unknown): boolean {
  return !truthy(input);
}

function chosen(
  input: unknown,
  given: readonly unknown[],
  named: Named,
  context: PluginContext,
  wanted: boolean,
): unknown {
  if (input instanceof Undefined) return input;
  for (const value of [...given, ...named.values()]) if (value instanceof Undefined) return value;
  if (isNothing(input)) return [];
  const [test, ...rest] = given;
  return itemsOf(input).filter((item) => {
    const result = test === undefined ? truthy(item) : context.applyTest(textArgument(test), item, rest, named);
    return result === wanted;
  });
}

function chosenBy(
  input: unknown,
  given: readonly unknown[],
  named: Named,
  context: PluginContext,
  wanted: boolean,
): unknown {
  if (input instanceof Undefined) return input;
  for (const value of [...given, ...named.values()]) if (value instanceof Undefined) return value;
  if (isNothing(input)) return [];
  const [path, test, ...rest] = given;
  if (path === undefined) throw new ExpressionError("Missing parameter for attribute name");
  return itemsOf(input).filter((item) => {
    const value = byPath(item, path, context);
    const result = test === undefined ? truthy(value) : context.applyTest(textArgument(test), value, rest, named);
    return result === wanted;
  });
}

function extreme(
  input: unknown,
  given: readonly unknown[],
  named: Named,
  context: PluginContext,
  sign: number,
): unknown {
  const bound = bind("min", ["case_sensitive", "attribute"], given, named);
  const items = itemsOf(input);
  if (items.length === 0) return new Undefined("No aggregated item, sequence was empty.");
  const keyOf = keyMaker(bound.get("attribute"), truthy(bound.get("case_sensitive") ?? false), context);
  return items.reduce((best, item) => (sign * compare(keyOf(item), keyOf(best)) > 0 ? item : best));
}

function zip(lists: readonly unknown[], longest: boolean, fill: unknown, isStrict = false): unknown[] {
  const all = lists.map(definedItems);
  const sizes = all.map((items) => items.length);
  const size = longest ? Math.max(...sizes) : Math.min(...sizes);
  const odd = sizes.findIndex((one) => one !== sizes[0]);
  if (isStrict && odd !== -1)
    throw new ExpressionError(
      `zip() argument ${odd + 1} is ${(sizes[odd] ?? 0) > (sizes[0] ?? 0) ? "longer" : "shorter"} than argument ${odd === 1 ? 1 : `1-${odd}`}`,
    );
  return Array.from({ length: size }, (_none, index) =>
    tupleOf(all.map((items) => (index < items.length ? items[index] : fill))),
  );
}

const MAX_PRODUCED = 200_000;

function product(lists: readonly unknown[], repeat: number): Tuple[] {
  const all = Array.from({ length: repeat }, () => lists.map(definedItems)).flat();
  return all.reduce<Tuple[]>(
    (rows, items) => {
      if (rows.length * items.length > MAX_PRODUCED) throw new ExpressionError("the product is too large");
      return rows.flatMap((row) => items.map((item) => tupleOf([...row, item])));
    },
    [tuple()],
  );
}

function combinations(items: readonly unknown[], size: number): Tuple[] {
  if (size < 0) throw new ExpressionError("r must be non-negative");
  if (size === 0) return [tuple()];
  const rows: Tuple[] = [];
  items.forEach((item, index) => {
    for (const rest of combinations(items.slice(index + 1), size - 1)) {
      rows.push(tuple(item, ...rest));
      if (rows.length > MAX_PRODUCED) throw new ExpressionError("there are too many combinations");
    }
  });
  return rows;
}

function permutations(items: readonly unknown[], size: number): Tuple[] {
  if (size < 0) throw new ExpressionError("r must be non-negative");
  if (size === 0) return [tuple()];
  const rows: Tuple[] = [];
  items.forEach((item, index) => {
    for (const rest of permutations([...items.slice(0, index), ...items.slice(index + 1)], size - 1)) {
      rows.push(tuple(item, ...rest));
      if (rows.length > MAX_PRODUCED) throw new ExpressionError("there are too many permutations");
    }
  });
  return rows;
}

function subelements(input: unknown, given: readonly unknown[], named: Named, context: PluginContext): unknown {
  const bound = bind("subelements", ["subelements", "skip_missing"], given, named);
  const wanted = bound.get("subelements");
  const path = Array.isArray(wanted) ? wanted : textArgument(wanted).split(".");
  const elements = isDict(input) ? dictEntries(input).map(([, value]) => value) : itemsOf(input);
  return elements.flatMap((element) => {
    let value: unknown = element;
    for (const key of path) {
      value = context.item(value, key);
      if (!(value instanceof Undefined)) continue;
      if (truthy(bound.get("skip_missing") ?? false)) return [];
      throw new ExpressionError(`could not find '${pythonString(key)}' key in iterated item`);
    }
    if (!Array.isArray(value)) throw new ExpressionError(`the key ${pythonString(path.at(-1))} should point to a list`);
    return value.map((item: unknown) => tuple(element, item));
  });
}
