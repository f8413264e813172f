import { ExpressionError } from "./errors.ts";
import type { Judge } from "./tests.ts";
import { dictGet, dictHas, isDict, truthy, typeName } from "./values.ts";

/** Tests of what tasks registered. */
export const resultTests: Readonly<Record<string, Judge>> = {
  failed: (input) => flag("failed", input),
  succeeded: (input) => !flag("failed", input),
  skipped: (input) => flag("skipped", input),
  unreachable: (input) => flag("unreachable", input),
  reachable: (input) => !flag("unreachable", input),
  changed: (input) => {
    const result = resultOf("changed", input);
    if (dictHas(result, "changed")) return truthy(dictGet(result, "changed"));
    const results = dictGet(result, "results");
    if (!Array.isArray(results)) return false;
    if (results.length === 0) throw new ExpressionError("list index out of range");
    return isDict(results[0]) && results.some((item) => isDict(item) && truthy(dictGet(item, "changed") ?? false));
  },
  timedout: (input) => {
    const timedout = dictGet(resultOf("timedout", input), "timedout") ?? null;
    if (!truthy(timedout)) return false;
    if (!isDict(timedout)) throw new ExpressionError(`'${typeName(timedout)}' object has no attribute 'get'`);
    return truthy(dictGet(timedout, "period") ?? false);
  },
  started: (input) => truthy(dictGet(resultOf("started", input), "started") ?? true),
  finished: (input) => truthy(dictGet(resultOf("finished", input), "finished") ?? true),
};

function resultOf(test: string, input: unknown) {
  if (!isDict(input)) throw new ExpressionError(`The '${test}' test expects a dictionary`);
  return input;
}

function flag(key: string, input: unknown): boolean {
  return truthy(dictGet(resultOf(key, input), key) ?? false);
}
