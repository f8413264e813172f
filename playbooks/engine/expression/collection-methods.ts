import { checkCount } from "./argument-count.ts";
import { bind } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { Group } from "./group.ts";
import { integerArgument, methodFrom } from "./methods.ts";
import { Range, Tuple } from "./sequences.ts";
import { compare, equals, isInteger, itemsOf, pythonRepr, truthy, typeName } from "./values.ts";

type Method = (list: unknown[], given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const READING: Readonly<Record<string, Method>> = {
  index: (list, given) => {
    checkCount("index", given, 1, 3);
    const from = position(given[1] ?? 0, list.length);
    const to = position(given[2] ?? list.length, list.length);
    const at = list.findIndex((member, index) => index >= from && index < to && equals(member, given[0]));
    if (at === -1)
      throw new ExpressionError(
        list instanceof Tuple ? "tuple.index(x): x not in tuple" : `${pythonRepr(given[0])} is not in list`,
      );
    return at;
  },
  count: (list, given) => {
    checkCount(`${typeName(list)}.count`, given, 1);
    return list.filter((member) => equals(member, given[0])).length;
  },
};

const CHANGING: Readonly<Record<string, Method>> = {
  copy: (list) => [...list],
  append: (list, given) => {
    checkCount("list.append", given, 1);
    list.push(given[0]);
    return null;
  },
  extend: (list, given) => {
    checkCount("list.extend", given, 1);
    for (const item of itemsOf(given[0])) list.push(item);
    return null;
  },
  insert: (list, given) => {
    checkCount("insert", given, 2);
    list.splice(position(given[0], list.length), 0, given[1]);
    return null;
  },
  pop: (list, given) => {
    checkCount("pop", given, 0, 1);
    if (list.length === 0) throw new ExpressionError("pop from empty list");
    const at = integerArgument(given[0] ?? -1);
    const index = at < 0 ? at + list.length : at;
    if (index < 0 || index >= list.length) throw new ExpressionError("pop index out of range");
    return list.splice(index, 1)[0];
  },
  remove: (list, given) => {
    checkCount("list.remove", given, 1);
    const at = list.findIndex((member) => equals(member, given[0]));
    if (at === -1) throw new ExpressionError("list.remove(x): x not in list");
    list.splice(at, 1);
    return null;
  },
  sort: (list, given, named) => {
    if (given.length > 0) throw new ExpressionError("sort() takes no positional arguments");
    const isReversed = truthy(bind("sort", ["key", "reverse"], given, named).get("reverse") ?? false);
    list.sort((a, b) => (isReversed ? compare(b, a) : compare(a, b)));
    return null;
  },
  reverse: (list, given) => {
    checkCount("list.reverse", given, 0);
    list.reverse();
    return null;
  },
  clear: (list, given) => {
    checkCount("list.clear", given, 0);
    list.length = 0;
    return null;
  },
};

/** The method of a list, tuple or range. */
export function listMethod(list: unknown[], name: string): unknown {
  if (list instanceof Group && (name === "grouper" || name === "list")) return list[name === "grouper" ? 0 : 1];
  if (list instanceof Range && (name === "start" || name === "stop" || name === "step")) return list[name];
  const reading = methodFrom(READING, list, name);
  if (reading !== undefined || list instanceof Tuple || list instanceof Range) return reading;
  return methodFrom(CHANGING, list, name);
}

function position(value: unknown, size: number): number {
  if (!isInteger(value) && typeof value !== "boolean") integerArgument(value);
  const at = Number(value);
  return at < 0 ? Math.max(0, at + size) : Math.min(at, size);
}
