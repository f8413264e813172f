/** A moment as a calendar and a clock show it. */
export interface TimeFields {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  /** Minutes east of Greenwich, its name, and the moment itself in seconds, where they are known. */
  readonly offset?: number;
  readonly zone?: string;
  readonly epoch?: number;
}

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const MONTHS = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];

const two = (value: number) => String(value).padStart(2, "0");

function dayNumber(fields: TimeFields): number {
  return Math.floor(Date.UTC(fields.year, fields.month - 1, fields.day) / 86_400_000);
}

/** 0 is Sunday. */
export function weekdayOf(fields: TimeFields): number {
  return (((dayNumber(fields) + 4) % 7) + 7) % 7;
}

function dayOfYear(fields: TimeFields): number {
  return dayNumber(fields) - dayNumber({ ...fields, month: 1, day: 1 }) + 1;
}

/** The ISO 8601 year and week. */
export function isoWeek(fields: TimeFields): { readonly year: number; readonly week: number } {
  const weekday = (weekdayOf(fields) + 6) % 7;
  const thursday = dayNumber(fields) - weekday + 3;
  const year = new Date(thursday * 86_400_000).getUTCFullYear();
  const first = dayNumber({ ...fields, year, month: 1, day: 1 });
  return { year, week: Math.floor((thursday - first) / 7) + 1 };
}

type Part = (fields: TimeFields) => string;

const PARTS: Readonly<Record<string, Part>> = {
  Y: (t) => String(t.year),
  C: (t) => two(Math.floor(t.year / 100)),
  y: (t) => two(((t.year % 100) + 100) % 100),
  m: (t) => two(t.month),
  d: (t) => two(t.day),
  e: (t) => String(t.day).padStart(2),
  H: (t) => two(t.hour),
  k: (t) => String(t.hour).padStart(2),
  I: (t) => two(t.hour % 12 || 12),
  l: (t) => String(t.hour % 12 || 12).padStart(2),
  M: (t) => two(t.minute),
  S: (t) => two(t.second),
  p: (t) => (t.hour < 12 ? "AM" : "PM"),
  P: (t) => (t.hour < 12 ? "am" : "pm"),
  j: (t) => String(dayOfYear(t)).padStart(3, "0"),
  a: (t) => (DAYS[weekdayOf(t)] ?? "").slice(0, 3),
  A: (t) => DAYS[weekdayOf(t)] ?? "",
  b: (t) => (MONTHS[t.month - 1] ?? "").slice(0, 3),
  h: (t) => (MONTHS[t.month - 1] ?? "").slice(0, 3),
  B: (t) => MONTHS[t.month - 1] ?? "",
  w: (t) => String(weekdayOf(t)),
  u: (t) => String(weekdayOf(t) || 7),
  U: (t) => two(Math.floor((dayOfYear(t) + 6 - weekdayOf(t)) / 7)),
  W: (t) => two(Math.floor((dayOfYear(t) + 6 - ((weekdayOf(t) + 6) % 7)) / 7)),
  G: (t) => String(isoWeek(t).year),
  g: (t) => two(isoWeek(t).year % 100),
  V: (t) => two(isoWeek(t).week),
  s: (t) => String(t.epoch ?? ""),
  F: (t) => formatTime("%Y-%m-%d", t),
  T: (t) => formatTime("%H:%M:%S", t),
  D: (t) => formatTime("%m/%d/%y", t),
  R: (t) => formatTime("%H:%M", t),
  r: (t) => formatTime("%I:%M:%S %p", t),
  c: (t) => formatTime("%a %b %e %H:%M:%S %Y", t),
  x: (t) => formatTime("%m/%d/%y", t),
  X: (t) => formatTime("%H:%M:%S", t),
  f: (t) => String(t.microsecond).padStart(6, "0"),
  z: (t) => (t.offset === undefined ? "" : offsetText(t.offset)),
  Z: (t) => t.zone ?? "",
  n: () => "\n",
  t: () => "\t",
  "%": () => "%",
};

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}

/** C's strftime in the C locale; `without` are codes left as they are written. */
export function formatTime(format: string, fields: TimeFields, without = ""): string {
  return format.replace(/%-?([a-zA-Z%])/g, (whole, code: string) => {
    const part = Object.hasOwn(PARTS, code) && !without.includes(code) ? PARTS[code] : undefined;
    if (part === undefined) return whole;
    const text = part(fields);
    return whole[1] === "-" ? text.replace(/^[0 ]+(?=.)/, "") : text;
  });
}
