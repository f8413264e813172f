import { ExpressionError } from "./errors.ts";
import { MONTHS, type TimeFields } from "./time-format.ts";

type Read = Record<string, number>;

const NAMES = MONTHS.map((month) => month.toLowerCase());
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3));

interface Code {
  readonly pattern: string;
  /** What it is a number of, and how that is read; nothing where it says nothing new. */
  readonly field?: string;
  readonly read?: (text: string) => number;
}

/** What each code matches. */
const CODES: Readonly<Record<string, Code>> = {
  Y: { pattern: "\\d\\d\\d\\d", field: "year" },
  y: { pattern: "\\d\\d", field: "year", read: (text) => Number(text) + (Number(text) <= 68 ? 2000 : 1900) },
  m: { pattern: "1[0-2]|0[1-9]|[1-9]", field: "month" },
  d: { pattern: "3[0-1]|[1-2]\\d|0[1-9]|[1-9]| [1-9]", field: "day" },
  H: { pattern: "2[0-3]|[0-1]\\d|\\d", field: "hour" },
  I: { pattern: "1[0-2]|0[1-9]|[1-9]", field: "half" },
  M: { pattern: "[0-5]\\d|\\d", field: "minute" },
  S: { pattern: "6[0-1]|[0-5]\\d|\\d", field: "second" },
  f: { pattern: "\\d{1,6}", field: "microsecond", read: (text) => Number(text.padEnd(6, "0")) },
  j: { pattern: "36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9]", field: "ordinal" },
  p: { pattern: "am|pm", field: "after", read: (text) => (text.toLowerCase() === "pm" ? 1 : 0) },
  B: { pattern: NAMES.join("|"), field: "month", read: (text) => NAMES.indexOf(text.toLowerCase()) + 1 },
  b: {
    pattern: short(NAMES).join("|"),
    field: "month",
    read: (text) => short(NAMES).indexOf(text.toLowerCase()) + 1,
  },
  A: { pattern: DAYS.join("|") },
  a: { pattern: short(DAYS).join("|") },
  w: { pattern: "[0-6]" },
  z: { pattern: "[+-]\\d\\d:?[0-5]\\d(?::?[0-5]\\d)?|Z", field: "offset", read: zoneOffset },
  Z: { pattern: "utc|gmt" },
};

function zoneOffset(text: string): number {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d\d):?(\d\d)/.exec(text) ?? [];
  return (Number(hours) * 60 + Number(minutes)) * (sign === "-" ? -1 : 1);
}

const SHORTHANDS: Readonly<Record<string, string>> = {
  c: "%a %b %d %H:%M:%S %Y",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
  T: "%H:%M:%S",
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  R: "%H:%M",
};

/** Python's `datetime.strptime`. Raises ExpressionError where the text is not of that format. */
export function parseTime(text: string, format: string): TimeFields {
  const whole = format.replace(/%([cxXTDFR])/g, (_all, code: string) => SHORTHANDS[code] ?? "");
  const codes: string[] = [];
  const pattern = whole
    .replace(/[\\.^$*+?(){}[\]|]/g, "\\$&")
    .replace(/\s+/g, "\\s+")
    .replace(/%(.)/g, (_all, code: string) => {
      if (code === "%") return "%";
      const known = Object.hasOwn(CODES, code) ? CODES[code] : undefined;
      if (known === undefined) throw new ExpressionError(`'${code}' is a bad directive in format '${format}'`);
      codes.push(code);
      return `(${known.pattern})`;
    });
  const match = new RegExp(`^${pattern}`, "i").exec(text);
  if (match === null) throw new ExpressionError(`time data '${text}' does not match format '${format}'`);
  if (match[0].length !== text.length)
    throw new ExpressionError(`unconverted data remains: ${text.slice(match[0].length)}`);
  const read: Read = {};
  codes.forEach((code, index) => {
    const { field, read: number = Number } = CODES[code] ?? { pattern: "" };
    if (field !== undefined) read[field] = number(match[index + 1] ?? "");
  });
  return fieldsOf(read);
}

function fieldsOf(read: Read): TimeFields {
  const year = read["year"] ?? 1900;
  let month = read["month"] ?? 1;
  let day = read["day"] ?? 1;
  if (read["ordinal"] !== undefined && read["month"] === undefined) {
    const date = new Date(Date.UTC(year, 0, read["ordinal"]));
    month = date.getUTCMonth() + 1;
    day = date.getUTCDate();
  }
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) throw new ExpressionError("day is out of range for month");
  let hour = read["hour"] ?? 0;
  if (read["half"] !== undefined) hour = (read["half"] % 12) + (read["after"] ?? 0) * 12;
  return {
    year,
    month,
    day,
    hour,
    minute: read["minute"] ?? 0,
    second: read["second"] ?? 0,
    microsecond: read["microsecond"] ?? 0,
    ...(read["offset"] === undefined ? {} : { offset: read["offset"] }),
  };
}
