import { checkCount } from "./argument-count.ts";
import type { Callable } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { methodFrom } from "./methods.ts";
import { tuple } from "./sequences.ts";
import {
  type Dict,
  dictEntries,
  dictGet,
  dictHas,
  dictKeys,
  isDict,
  itemsOf,
  keyOf,
  makeDict,
  pythonRepr,
} from "./values.ts";

type Method = (dict: Dict, given: readonly unknown[], named: ReadonlyMap<string, unknown>) => unknown;

const METHODS: Readonly<Record<string, Method>> = {
  keys: (dict, given) => {
    checkCount("dict.keys", given, 0);
    return dictKeys(dict);
  },
  values: (dict, given) => {
    checkCount("dict.values", given, 0);
    return dictEntries(dict).map(([, value]) => value);
  },
  items: (dict, given) => {
    checkCount("dict.items", given, 0);
    return dictEntries(dict).map(([key, value]) => tuple(key, value));
  },
  get: (dict, given) => {
    checkCount("get", given, 1, 2);
    const key = keyOf(given[0]);
    return dictHas(dict, key) ? dictGet(dict, key) : (given[1] ?? null);
  },
  copy: (dict) => makeDict(dictEntries(dict)),
  fromkeys: (_dict, given) => {
    checkCount("fromkeys", given, 1, 2);
    return makeDict(itemsOf(given[0]).map((key) => [key, given[1] ?? null] as const));
  },
  update: (dict, given, named) => {
    checkCount("update", given, 0, 1);
    const own = changeable(dict);
    for (const [key, value] of given.length === 0 ? [] : pairsOf(given[0])) own.set(keyOf(key), value);
    for (const [key, value] of named) own.set(key, value);
    return null;
  },
  pop: (dict, given) => {
    checkCount("pop", given, 1, 2);
    const own = changeable(dict);
    const key = keyOf(given[0]);
    if (!own.has(key)) {
      if (given.length === 2) return given[1];
      throw new ExpressionError(pythonRepr(given[0]));
    }
    const value = own.get(key);
    own.delete(key);
    return value;
  },
  popitem: (dict, given) => {
    checkCount("dict.popitem", given, 0);
    const own = changeable(dict);
    const last = dictEntries(own).at(-1);
    if (last === undefined) throw new ExpressionError("'popitem(): dictionary is empty'");
    own.delete(last[0]);
    return tuple(...last);
  },
  setdefault: (dict, given) => {
    checkCount("setdefault", given, 1, 2);
    const own = changeable(dict);
    const key = keyOf(given[0]);
    if (!own.has(key)) own.set(key, given[1] ?? null);
    return own.get(key);
  },
  clear: (dict, given) => {
    checkCount("dict.clear", given, 0);
    changeable(dict).clear();
    return null;
  },
};

/** The method of a dict. */
export function dictMethod(dict: Dict, name: string): Callable | undefined {
  return methodFrom(METHODS, dict, name);
}

function changeable(dict: Dict): Map<unknown, unknown> {
  if (dict instanceof Map) return dict as Map<unknown, unknown>;
  throw new ExpressionError("this dict cannot be changed");
}

function pairsOf(source: unknown): readonly (readonly [unknown, unknown])[] {
  if (isDict(source)) return dictEntries(source);
  return itemsOf(source).map((pair, index) => {
    const [key, value, ...rest] = itemsOf(pair);
    if (value === undefined || rest.length > 0)
      throw new ExpressionError(
        `dictionary update sequence element #${index} has length ${itemsOf(pair).length}; 2 is required`,
      );
    return [key, value] as const;
  });
}
