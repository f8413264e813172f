import { bind, type Callable } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { strftime } from "./filters/formats.ts";
import type { PluginContext } from "./filters/plugin.ts";
import { lookups } from "./lookups/lookups.ts";
import { integerArgument, textArgument } from "./methods.ts";
import { dictEntries, isDict, itemsOf, makeDict, pythonString, Range, truthy } from "./values.ts";

const MAX_RANGE = 1_000_000;

/** A function every expression knows by name; undefined for other names. */
export function globalFunction(name: string, context: PluginContext): Callable | undefined {
  switch (name) {
    case "range":
      return range;
    case "dict":
      return (given, named) =>
        makeDict([
          ...(given.length > 0 && isDict(given[0])
            ? dictEntries(given[0])
            : given.length > 0
              ? itemsOf(given[0]).map((pair): [unknown, unknown] => [itemsOf(pair)[0], itemsOf(pair)[1]])
              : []),
          ...named,
        ]);
    case "namespace":
      return (_given, named) => new Map<unknown, unknown>(named);
    case "undef":
      return (given, named) =>
        new Undefined(
          pythonString(
            bind("undef", ["hint"], given, named).get("hint") ?? "Mandatory variable has not been overridden",
          ),
        );
    case "lookup":
      return (given, named) => lookup(given, named, context, false);
    case "query":
    case "q":
      return (given, named) => lookup(given, named, context, true);
    case "now":
      return (given, named) => {
        const bound = bind("now", ["utc", "fmt"], given, named);
        const time = new Date(context.templar.options.now?.() ?? Date.now());
        const isUtc = truthy(bound.get("utc") ?? false);
        const format = bound.get("fmt");
        return strftime(typeof format === "string" ? format : "%Y-%m-%d %H:%M:%S.%f", time, isUtc);
      };
    default:
      return undefined;
  }
}

function range(given: readonly unknown[]): unknown {
  const numbers = given.map(integerArgument);
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  if (step === 0) throw new ExpressionError("range() arg 3 must not be zero");
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MAX_RANGE) throw new ExpressionError("Range too big. The sandbox blocks ranges larger than 1000000.");
  return Range.from({ length: count }, (_none, index) => start + index * step);
}

/** `lookup(name, terms…)`: one value, or texts joined by commas; `query` gives the list. */
function lookup(
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  context: PluginContext,
  asList: boolean,
): unknown {
  const [name, ...terms] = given;
  const short = textArgument(name).replace(/^ansible\.(builtin|legacy)\./, "");
  const found = context.templar.options.lookups?.[short] ?? lookups.get(short);
  if (found === undefined) throw new ExpressionError(`No lookup named '${textArgument(name)}'.`);
  const options = new Map(named);
  const wantsList = asList || truthy(options.get("wantlist") ?? false);
  const onError = pythonString(options.get("errors") ?? "strict");
  options.delete("wantlist");
  options.delete("errors");
  for (const value of [...terms, ...options.values()]) if (value instanceof Undefined) return value;
  let results: readonly unknown[];
  try {
    results = found(terms, options, context);
  } catch (error) {
    if (onError === "strict" || !(error instanceof ExpressionError)) throw error;
    return wantsList ? [] : null;
  }
  if (wantsList) return results;
  if (results.length === 1) return results[0];
  if (results.length > 1 && results.every((item) => typeof item === "string")) return results.join(",");
  return results;
}
