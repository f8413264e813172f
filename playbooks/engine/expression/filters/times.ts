import { bind } from "../callable.ts";
import { DateTime } from "../date-time.ts";
import { ExpressionError } from "../errors.ts";
import { textArgument } from "../methods.ts";
import { formatTime } from "../time-format.ts";
import { parseTime } from "../time-parser.ts";
import { numeric, pythonString, truthy } from "../values.ts";
import { parseFloatText } from "./numbers.ts";
import type { Plugin } from "./plugin.ts";

export const timeFilters: readonly Plugin[] = [
  {
    name: "to_datetime",
    apply: (input, given, named) => {
      const format = bind("to_datetime", ["format"], given, named).get("format") ?? "%Y-%m-%d %H:%M:%S";
      if (typeof input !== "string")
        throw new ExpressionError(`strptime() argument 1 must be str, not ${typeof input}`);
      return new DateTime(parseTime(input, textArgument(format)));
    },
  },
  {
    name: "strftime",
    apply: (input, given, named, context) => {
      const bound = bind("strftime", ["second", "utc"], given, named);
      const utc = truthy(bound.get("utc") ?? false);
      const moment = secondsOf(bound.get("second")) ?? (context.templar.options.now?.() ?? Date.now()) / 1000;
      return strftime(textArgument(input), moment, utc);
    },
  },
];

function secondsOf(second: unknown): number | undefined {
  if (second === undefined || second === null) return undefined;
  const seconds = typeof second === "string" ? parseFloatText(second) : numeric(second);
  if (seconds === undefined) throw new ExpressionError(`Invalid value for epoch value (${pythonString(second)})`);
  return seconds;
}

/** C's strftime of a moment in seconds, here or at Greenwich. */
function strftime(format: string, moment: number, utc: boolean): string {
  const seconds = Math.floor(moment);
  const date = new Date(seconds * 1000);
  const offset = utc ? 0 : -date.getTimezoneOffset();
  const { fields } = DateTime.ofUtc(date.getTime() + offset * 60_000);
  // %s reads the fields as of here, whatever they are of.
  const epoch = utc ? seconds + new Date(seconds * 1000).getTimezoneOffset() * 60 : seconds;
  return formatTime(format, { ...fields, offset, zone: utc ? "GMT" : zoneName(date), epoch }, "f");
}

function zoneName(date: Date): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(date);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
