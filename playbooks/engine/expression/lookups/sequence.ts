import { ExpressionError } from "../errors.ts";
import { percentFormat } from "../text-format.ts";
import { pythonRepr, pythonString } from "../values.ts";

const MAX_COUNT = 1_000_000;

/** `with_sequence`: `start=1 end=9 stride=2 format=…`, or `[start-]end[/stride][:format]`. */
export function sequence(terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown[] {
  const all = terms.length === 0 && options.size > 0 ? [""] : terms.map(pythonString);
  return all.flatMap((term) => {
    const given = new Map<string, string>([...options].map(([name, value]) => [name, pythonString(value)]));
    const short = /^(?:(0?x?[0-9a-f]+)\s*-)?\s*(0?x?[0-9a-f]+)(?:\/(-?0?x?[0-9a-f]+))?(?::(.+))?$/i.exec(term);
    if (short !== null) {
      const [, start, end, stride, format] = short;
      for (const [name, value] of Object.entries({ start, end, stride, format }))
        if (value !== undefined) given.set(name, value);
    } else for (const [name, value] of pairs(term)) given.set(name, value);
    return numbers(given);
  });
}

/** `name=value` words; what is none, and names there are not, are refused together. */
function pairs(term: string): [string, string][] {
  const found = term.split(/\s+/).flatMap((word): [string, string][] => {
    if (word === "") return [];
    const [, name = "_raw_params", value = word] = /^(\w+)=(.*)$/.exec(word) ?? [];
    return [[name, value]];
  });
  const unknown = new Set(found.map(([name]) => name).filter((name) => !FIELDS.has(name)));
  if (unknown.size > 0)
    throw new ExpressionError(`unrecognized arguments to with_sequence: ${pythonRepr([...unknown])}`);
  return found;
}

const FIELDS: ReadonlySet<string> = new Set(["start", "end", "stride", "count", "format"]);

function numbers(given: ReadonlyMap<string, string>): string[] {
  const read = (name: string, otherwise: number) => {
    const text = given.get(name);
    if (text === undefined) return otherwise;
    if (/^\s*[-+]?\d+\s*$/.test(text)) return Number(text);
    throw new ExpressionError(
      `Config '${name}' for 'sequence' lookup plugin from 'Direct' has an invalid value: Invalid value provided for 'integer': ${pythonRepr(text)}`,
    );
  };
  const start = read("start", 1);
  const stride = read("stride", 1);
  if (given.has("end") && given.has("count"))
    throw new ExpressionError("can't specify both count and end in with_sequence");
  if (!given.has("end") && !given.has("count")) throw new ExpressionError("must specify count or end in with_sequence");
  const count = read("count", 0);
  if (!given.has("end") && count === 0) return [];
  // With a negative stride a count gives two more than asked for: the original's arithmetic, which playbooks count on.
  const end = given.has("end") ? read("end", 0) : start + count * stride - 1;
  if (stride > 0 && end < start) throw new ExpressionError("to count backwards make stride negative");
  if (stride < 0 && end > start) throw new ExpressionError("to count forward don't make stride negative");
  if (stride === 0) return [];
  const size = Math.floor((end - start) / stride) + 1;
  if (size > MAX_COUNT) throw new ExpressionError("the sequence is too long");
  const format = given.get("format") ?? "%d";
  if (format.split("%").length !== 2) throw new ExpressionError(`bad formatting string: ${format}`);
  return Array.from({ length: size }, (_none, index) => {
    const number = start + index * stride;
    try {
      return percentFormat(format, number);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new ExpressionError(`problem formatting ${number} with ${pythonRepr(format)}`);
    }
  });
}
