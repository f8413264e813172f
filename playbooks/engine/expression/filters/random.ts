import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { PythonRandom } from "../mersenne-twister.ts";
import { definedItems, dictGet, integerOf, isDict, isInteger, pythonRepr, truthy } from "../values.ts";
import type { Plugin } from "./plugin.ts";

export const randomFilters: readonly Plugin[] = [
  {
    name: "random",
    apply: (input, given, named) => {
      const bound = bind("rand", ["start", "step", "seed"], given, named);
      const random = new PythonRandom(bound.get("seed"));
      const [start, step] = [bound.get("start") ?? null, bound.get("step") ?? null];
      if (isInteger(input) || typeof input === "boolean")
        return integerOf(random.range(whole(start, 0n), BigInt(input), whole(step, 1n)));
      if (typeof input !== "string" && !Array.isArray(input) && !isDict(input))
        throw new ExpressionError("random can only be used on sequences and integers");
      if (truthy(start) || truthy(step))
        throw new ExpressionError("start and step can only be used with integer values");
      if (!isDict(input)) return random.choice(definedItems(input));
      const at = random.index(definedItems(input).length);
      const value = dictGet(input, at);
      if (value === undefined) throw new ExpressionError(pythonRepr(at));
      return value;
    },
  },
  {
    name: "shuffle",
    apply: (input, given, named) => {
      const seed = bind("shuffle", ["seed"], given, named).get("seed");
      if (typeof input !== "string" && !Array.isArray(input) && !isDict(input)) return input;
      const items = definedItems(input);
      return new PythonRandom(truthy(seed ?? null) ? seed : undefined).shuffle(items);
    },
  },
];

function whole(value: unknown, otherwise: bigint): bigint {
  if (!truthy(value)) return otherwise;
  if (!isInteger(value) && typeof value !== "boolean")
    throw new ExpressionError(`${pythonRepr(value)} cannot be interpreted as an integer`);
  return BigInt(value);
}
