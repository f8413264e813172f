import { inventoryErrors } from "./errors.ts";
import { parseHostAddress } from "./host-address.ts";
import type { SourceReader } from "./source-reader.ts";

const MAX_HOSTS = 100_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The names a host entry stands for, ranges written out, and the port behind it. */
export interface HostEntry {
  readonly names: readonly string[];
  readonly port: number | undefined;
}

/** A host entry of any source: `web[01:10:2].example.org:2222`. What is no host address is taken as a name, as it stands. */
export function readHostEntry(text: string, source: SourceReader): HostEntry {
  const { name, port } = parseHostAddress(text) ?? { name: text, port: undefined };
  return { names: name.includes("[") ? expandRanges(name, source) : [name], port };
}

/** The names that ranges in brackets stand for: `[1:3]`, `[01:10:2]` with its zeros, `[a:f]`; several of them multiply. */
function expandRanges(pattern: string, source: SourceReader): string[] {
  let names = [""];
  let rest = pattern;
  while (rest.includes("[")) {
    const open = rest.indexOf("[");
    const close = rest.indexOf("]");
    if (close < open) throw source.problem(`the range in ${pattern} has no end`);
    if (rest.includes("|")) throw source.problem(`a name with a range cannot have | in it: ${pattern}`);
    const values = rangeValues(rest.slice(open + 1, close), pattern, source);
    if (names.length * values.length > MAX_HOSTS) throw inventoryErrors.tooManyHosts(source.path, pattern, MAX_HOSTS);
    const head = rest.slice(0, open);
    names = names.flatMap((name) => values.map((value) => name + head + value));
    rest = rest.slice(close + 1);
  }
  return names.map((name) => name + rest);
}

function rangeValues(range: string, pattern: string, source: SourceReader): string[] {
  const bounds = range.split(":");
  if (bounds.length !== 2 && bounds.length !== 3)
    throw source.problem("host range must be begin:end or begin:end:step");
  const [first = "", last = "", third = "1"] = bounds;
  const from = first === "" ? "0" : first;
  if (last === "") throw source.problem("host range must specify end value");
  const width = from.length > 1 && from.startsWith("0") ? from.length : 0;
  if (width > 0 && width !== last.length)
    throw source.problem("host range must specify equal-length begin and end formats");
  const step = integerOf(third, source);
  if (step === 0) throw source.problem("range() arg 3 must not be zero");
  const [low, high] = [LETTERS.indexOf(from), LETTERS.indexOf(last)];
  if (low !== -1 && high !== -1) {
    if (low > high) throw source.problem("host range must have begin <= end");
    return [...LETTERS.slice(low, high + 1)].filter((_letter, index) => step > 0 && index % step === 0);
  }
  const [start, end] = [integerOf(from, source), integerOf(last, source)];
  if (Math.abs(end - start) / Math.abs(step) > MAX_HOSTS)
    throw inventoryErrors.tooManyHosts(source.path, pattern, MAX_HOSTS);
  const values: string[] = [];
  for (let value = start; step > 0 ? value <= end : value > end + 1; value += step)
    values.push(String(value).padStart(width, "0"));
  return values;
}

function integerOf(text: string, source: SourceReader): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw source.problem(`invalid literal for int() with base 10: '${text}'`);
  return Number(text);
}
