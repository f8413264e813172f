import { bind } from "../callable.ts";
import { ExpressionError } from "../errors.ts";
import { integerOf, numeric, pythonString, truthy, typeName } from "../values.ts";
import { parseFloatText } from "./numbers.ts";
import type { Plugin } from "./plugin.ts";

const SIZES: readonly (readonly [string, number, string])[] = [
  ["Y", 2 ** 80, "yotta"],
  ["Z", 2 ** 70, "zetta"],
  ["E", 2 ** 60, "exa"],
  ["P", 2 ** 50, "peta"],
  ["T", 2 ** 40, "tera"],
  ["G", 2 ** 30, "giga"],
  ["M", 2 ** 20, "mega"],
  ["K", 2 ** 10, "kilo"],
  ["B", 1, ""],
];

export const sizeFilters: readonly Plugin[] = [
  { name: "human_readable", apply: humanReadable },
  { name: "human_to_bytes", apply: humanToBytes },
  {
    name: "filesizeformat",
    apply: (input, given, named) => {
      const isBinary = truthy(bind("filesizeformat", ["binary"], given, named).get("binary") ?? false);
      const base = isBinary ? 1024 : 1000;
      const bytes = typeof input === "string" ? parseFloatText(input) : numeric(input);
      if (bytes === undefined)
        throw new ExpressionError(
          typeof input === "string"
            ? `could not convert string to float: '${input}'`
            : `float() argument must be a string or a real number, not '${typeName(input)}'`,
        );
      if (bytes === 1) return "1 Byte";
      if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
      const letters = isBinary ? "KMGTPEZY" : "kMGTPEZY";
      let power = 1;
      while (power < letters.length && bytes >= base ** (power + 1)) power++;
      return `${(bytes / base ** power).toFixed(1)} ${letters[power - 1]}${isBinary ? "iB" : "B"}`;
    },
  },
];

function humanReadable(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): string {
  const bound = bind("human_readable", ["isbits", "unit"], given, named);
  const size = numeric(input);
  if (size === undefined)
    throw new ExpressionError(
      `human_readable() failed on bad input: '>=' not supported between instances of '${typeName(input)}' and 'int'`,
    );
  const bits = truthy(bound.get("isbits") ?? false);
  const unit = bound.get("unit") ?? null;
  const wanted = unit === null ? undefined : pythonString(unit);
  const found = SIZES.find(([letter, least]) =>
    wanted === undefined ? size >= least : wanted.toUpperCase()[0] === letter,
  );
  const [letter, least] = found ?? (["B", 1] as const);
  const suffix = letter === "B" ? (bits ? "bits" : "Bytes") : letter + (bits ? "b" : "B");
  return `${(size / least).toFixed(2)} ${suffix}`;
}

function humanToBytes(input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown {
  const bound = bind("human_to_bytes", ["default_unit", "isbits"], given, named);
  const text = pythonString(input);
  const match = /^([0-9]*\.?[0-9]+)(?:\s*([A-Za-z]+))?\s*$/.exec(text);
  const number = Number(match?.[1]);
  if (match === null) throw new ExpressionError(`human_to_bytes() can't interpret following string: ${text}`);
  const unit = match[2] ?? (truthy(bound.get("default_unit") ?? null) ? pythonString(bound.get("default_unit")) : "");
  if (unit === "") return Math.round(number);
  return bytesOf(number, unit, truthy(bound.get("isbits") ?? false), text);
}

function bytesOf(number: number, unit: string, isBits: boolean, text: string): unknown {
  const letter = (unit[0] ?? "").toUpperCase();
  const size = SIZES.find(([known]) => known === letter);
  if (size === undefined)
    throw new ExpressionError(
      `human_to_bytes() failed to convert ${text} (unit = ${unit}). The suffix must be one of ${SIZES.map(([known]) => known).join(", ")}`,
    );
  const [mark, word] = isBits ? ["b", "bit"] : ["B", "byte"];
  if (unit.length > 1) {
    const full = letter === "B" ? word : `${size[2]}${word}`;
    const isShort = letter !== "B" && unit === `${letter}${mark}`;
    const isWord = unit.toLowerCase() === full;
    if (!isShort && !isWord)
      throw new ExpressionError(
        `human_to_bytes() failed to convert ${text}. Value is not a valid string (expect ${letter === "B" ? mark : letter + mark} or ${full})`,
      );
  }
  const value = number * size[1];
  return Number.isSafeInteger(Math.round(value)) ? Math.round(value) : integerOf(BigInt(value));
}
