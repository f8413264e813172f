import { bind, type Callable } from "./callable.ts";
import { Cycler, Joiner } from "./cycler.ts";
import { DateTime } from "./date-time.ts";
import { ExpressionError, ExpressionLimitError, Undefined } from "./errors.ts";
import type { PluginContext } from "./filters/plugin.ts";
import { lookup } from "./lookups/invoke.ts";
import { integerArgument } from "./methods.ts";
import { Namespace } from "./namespace.ts";
import { omit } from "./omit.ts";
import { Range } from "./sequences.ts";
import { dictEntries, isDict, itemsOf, makeDict, pythonString, truthy, typeName } from "./values.ts";

const MAX_RANGE = 1_000_000;

/** Functions that are called with undefined arguments too. */
export const ACCEPTING = new WeakSet<object>();

function accepting(callable: Callable): Callable {
  ACCEPTING.add(callable);
  return callable;
}

/** What every expression knows by name; undefined for other names. */
export function globalFunction(name: string, context: PluginContext): unknown {
  switch (name) {
    case "range":
      return (given: readonly unknown[]) => range(given, context);
    case "dict":
      return dict;
    case "namespace":
      return (given: readonly unknown[], named: ReadonlyMap<string, unknown>) =>
        new Namespace([...dict(given, named)].map(([key, value]): [string, unknown] => [pythonString(key), value]));
    case "cycler":
      return (given: readonly unknown[]) => new Cycler(given);
    case "joiner":
      return (given: readonly unknown[], named: ReadonlyMap<string, unknown>) =>
        new Joiner(bind("joiner", ["sep"], given, named).get("sep") ?? ", ");
    case "lipsum":
      return lipsum;
    case "omit":
      return omit;
    case "undef":
      return undef;
    case "lookup":
      return accepting((given, named) => lookup(given, named, context, false));
    case "query":
    case "q":
      return accepting((given, named) => lookup(given, named, context, true));
    case "now":
      return (given: readonly unknown[], named: ReadonlyMap<string, unknown>) => now(given, named, context);
    default:
      return undefined;
  }
}

function dict(given: readonly unknown[], named: ReadonlyMap<string, unknown>): Map<unknown, unknown> {
  if (given.length > 1) throw new ExpressionError(`dict expected at most 1 argument, got ${given.length}`);
  const pairs = (source: unknown): (readonly [unknown, unknown])[] => {
    if (isDict(source)) return dictEntries(source);
    return itemsOf(source).map((pair, index): [unknown, unknown] => {
      const parts = itemsOf(pair);
      if (parts.length !== 2)
        throw new ExpressionError(
          `dictionary update sequence element #${index} has length ${parts.length}; 2 is required`,
        );
      return [parts[0], parts[1]];
    });
  };
  return makeDict([...(given.length > 0 ? pairs(given[0]) : []), ...named]);
}

const undef = accepting((given, named) => {
  const hint = bind("undef", ["hint"], given, named).get("hint");
  if (hint instanceof Undefined) return hint;
  if (hint !== undefined && hint !== null && typeof hint !== "string")
    throw new ExpressionError(`The 'hint' argument must be of type 'str' or 'NoneType', not '${typeName(hint)}'.`);
  return new Undefined(
    hint === undefined || hint === null || hint === "" ? "Mandatory variable has not been overridden" : hint,
  );
});

function now(given: readonly unknown[], named: ReadonlyMap<string, unknown>, context: PluginContext): unknown {
  const bound = bind("now", ["utc", "fmt"], given, named);
  const moment = context.templar.options.now?.() ?? Date.now();
  const time = truthy(bound.get("utc") ?? false) ? DateTime.ofUtc(moment) : DateTime.ofLocal(moment);
  const format = bound.get("fmt");
  return typeof format === "string" && format !== "" ? time.format(format) : time;
}

function range(given: readonly unknown[], context: PluginContext): unknown {
  if (given.length === 0) throw new ExpressionError("range expected at least 1 argument, got 0");
  const numbers = given.map(integerArgument);
  const [start, stop, step] =
    numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1];
  if (step === 0) throw new ExpressionError("range() arg 3 must not be zero");
  if ((stop - start) / step > MAX_RANGE)
    throw new ExpressionLimitError(`the range is too large: more than ${MAX_RANGE} numbers`);
  context.templar.step(Math.max(0, Math.ceil((stop - start) / step)));
  return Range.over(start, stop, step);
}

/** Words without a meaning, as many paragraphs as wanted. */
function lipsum(given: readonly unknown[], named: ReadonlyMap<string, unknown>): string {
  const bound = bind("lipsum", ["n", "html", "min", "max"], given, named);
  const count = Math.min(100, integerArgument(bound.get("n") ?? 5));
  const words = "lorem ipsum dolor sit amet consectetuer adipiscing elit";
  const paragraphs = Array.from({ length: count }, () => `${words[0]?.toUpperCase()}${words.slice(1)}.`);
  if (truthy(bound.get("html") ?? true)) return paragraphs.map((text) => `<p>${text}</p>`).join("\n");
  return paragraphs.join("\n\n");
}
