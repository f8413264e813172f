import { inventoryErrors } from "./errors.ts";

const MAX_HOSTS = 100_000;

/** The host names a pattern with ranges stands for: `web[01:10:2]`, `db[a:f]`, several of them. */
export function expandHostRange(pattern: string, source: string): string[] {
  let names = [""];
  let rest = pattern;
  for (;;) {
    const match = /\[([^\]:]*):([^\]:]*)(?::(\d+))?\]/.exec(rest);
    const head = match === null ? rest : rest.slice(0, match.index);
    names = names.map((name) => name + head);
    if (match === null) return names;
    const [whole, from = "", to = "", step] = match;
    const values = rangeValues(from, to, Number(step ?? 1), pattern, source);
    if (names.length * values.length > MAX_HOSTS) throw inventoryErrors.tooManyHosts(source, pattern, MAX_HOSTS);
    names = names.flatMap((name) => values.map((value) => name + value));
    rest = rest.slice(match.index + whole.length);
  }
}

function rangeValues(from: string, to: string, step: number, pattern: string, source: string): string[] {
  const refuse = (problem: string) => inventoryErrors.malformed(source, undefined, `host range ${pattern}: ${problem}`);
  if (to === "") throw refuse("the end is missing");
  if (step < 1) throw refuse("the step must be at least 1");
  if (/^[a-zA-Z]$/.test(from) && /^[a-zA-Z]$/.test(to)) {
    const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const [start, end] = [letters.indexOf(from), letters.indexOf(to)];
    if (start > end) throw refuse("the beginning is after the end");
    return letters.slice(start, end + 1).filter((_letter, index) => index % step === 0);
  }
  const first = from === "" ? "0" : from;
  if (!/^\d+$/.test(first) || !/^\d+$/.test(to)) throw refuse("both ends must be numbers or letters");
  if (first.length > 1 && first.startsWith("0") && first.length !== to.length)
    throw refuse("both ends must have the same number of digits");
  const [start, end] = [Number(first), Number(to)];
  if (start > end) throw refuse("the beginning is after the end");
  if ((end - start) / step > MAX_HOSTS) throw inventoryErrors.tooManyHosts(source, pattern, MAX_HOSTS);
  const width = first.startsWith("0") && first.length > 1 ? first.length : 0;
  const values: string[] = [];
  for (let value = start; value <= end; value += step) values.push(String(value).padStart(width, "0"));
  return values;
}

/** A host as written: its names, and the port behind `host:2222` or `[::1]:2222`. */
export function parseHostName(
  text: string,
  source: string,
): { readonly names: readonly string[]; readonly port: number | undefined } {
  const bracketed = /^\[([0-9a-fA-F:.]+)\]:(\d+)$/.exec(text);
  if (bracketed !== null) return { names: [bracketed[1] ?? ""], port: Number(bracketed[2]) };
  const withPort = /^([^:]*(?:\[[^\]]*\][^:]*)*):(\d+)$/.exec(text);
  if (withPort !== null) return { names: expandHostRange(withPort[1] ?? "", source), port: Number(withPort[2]) };
  return { names: expandHostRange(text, source), port: undefined };
}
