import { ExpressionError } from "../errors.ts";
import { percentFormat } from "../text-format.ts";
import { pythonString } from "../values.ts";

const MAX_COUNT = 1_000_000;

/** `with_sequence`: `start=1 end=9 stride=2 format=…`, or `[start-]end[/stride][:format]`. */
export function sequence(terms: readonly unknown[], options: ReadonlyMap<string, unknown>): unknown[] {
  const all = terms.length === 0 ? [""] : terms.map(pythonString);
  return all.flatMap((term) => {
    const given = new Map<string, string>([...options].map(([name, value]) => [name, pythonString(value)]));
    const short = /^(?:(0?x?[0-9a-f]+)\s*-)?\s*(0?x?[0-9a-f]+)(?:\/(-?0?x?[0-9a-f]+))?(?::(.+))?$/i.exec(term);
    if (short !== null) {
      const [, start, end, stride, format] = short;
      for (const [name, value] of Object.entries({ start, end, stride, format }))
        if (value !== undefined) given.set(name, value);
    } else {
      for (const [, name = "", value = ""] of term.matchAll(/(\w+)=(\S+)/g)) given.set(name, value);
    }
    return numbers(given);
  });
}

function numbers(given: ReadonlyMap<string, string>): string[] {
  const read = (name: string, otherwise: number) => {
    const text = given.get(name);
    if (text === undefined) return otherwise;
    const value = Number(/^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text);
    if (!Number.isInteger(value)) throw new ExpressionError(`can't parse ${name}=${text} as integer`);
    return value;
  };
  const start = read("start", 1);
  const stride = read("stride", 1);
  if (given.has("end") && given.has("count"))
    throw new ExpressionError("can't specify both count and end in with_sequence");
  if (!given.has("end") && !given.has("count")) throw new ExpressionError("must specify count or end in with_sequence");
  const count = read("count", 0);
  const end = given.has("end")
    ? read("end", 0)
    : start + count * stride - (stride < 0 ? -1 : 1) * Math.min(1, Math.abs(stride));
  if (!given.has("end") && count === 0) return [];
  if (stride === 0) return [];
  if (stride > 0 && end < start) throw new ExpressionError("to count backwards make stride negative");
  if (stride < 0 && end > start) throw new ExpressionError("to count forward don't make stride negative");
  const size = Math.floor((end - start) / stride) + 1;
  if (size > MAX_COUNT) throw new ExpressionError("the sequence is too long");
  const format = given.get("format") ?? "%d";
  return Array.from({ length: size }, (_none, index) => percentFormat(format, start + index * stride));
}
