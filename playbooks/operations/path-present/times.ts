import { shellQuote } from "#inventory/kernel/shell.ts";
import { guarded, type PathStat } from "../path-state.ts";
import type { PathDiff } from "./request.ts";

/** A wanted time: as it is, the moment of the change, or seconds since 1970. */
export type WantedTime = "preserve" | "now" | number;

export interface Times {
  readonly modification: WantedTime;
  readonly access: WantedTime;
}

const KINDS = ["modification", "access"] as const;

/** Shell that turns the task's times, in the host's time zone, into seconds. */
export function describeTimes(args: Readonly<Record<string, unknown>>): string {
  let script = "";
  for (const kind of KINDS) {
    const moment = calendarMoment(args[`${kind}_time`], args[`${kind}_time_format`]);
    if (moment !== undefined) script += `echo "${kind} $(date -d ${shellQuote(moment)} +%s)"\n`;
  }
  return script;
}

export function parseTimes(args: Readonly<Record<string, unknown>>, output: string): Times | { failure: string } {
  const times: Record<(typeof KINDS)[number], WantedTime> = { modification: "preserve", access: "preserve" };
  for (const kind of KINDS) {
    const given = args[`${kind}_time`];
    if (given === null || given === undefined) times[kind] = args.state === "touch" ? "now" : "preserve";
    else if (given === "preserve" || given === "now") times[kind] = given;
    else {
      const seconds = new RegExp(`^${kind} (-?\\d+)$`, "m").exec(output)?.[1];
      const format = String(args[`${kind}_time_format`]);
      if (seconds === undefined) {
        return {
          failure:
            `Error while obtaining timestamp for time ${String(given)} using format ${format}: ` +
            `time data '${String(given)}' does not match format '${format}'`,
        };
      }
      times[kind] = Number(seconds);
    }
  }
  return times;
}

/** Shell that gives `path` the wanted times, or nothing when it has them; differences go into `diff`. */
export function timesChange(path: string, stat: PathStat, times: Times, diff: PathDiff): string {
  const now = Date.now() / 1000;
  let script = "";
  for (const kind of KINDS) {
    const wanted = times[kind];
    const key = kind === "modification" ? "mtime" : "atime";
    const current = kind === "modification" ? stat.modified : stat.accessed;
    if (wanted === "preserve" || wanted === current) continue;
    diff.before[key] = current;
    diff.after[key] = wanted === "now" ? now : wanted;
    const moment = wanted === "now" ? "" : `-d @${wanted} `;
    script += `touch ${kind === "modification" ? "-m" : "-a"} ${moment}${shellQuote(guarded(path))}\n`;
  }
  return script;
}

const FIELDS: Readonly<Record<string, string>> = {
  Y: "\\d{4}",
  m: "\\d{2}",
  d: "\\d{2}",
  H: "\\d{2}",
  M: "\\d{2}",
  S: "\\d{2}",
};

/** `text`, written in a strptime format of %Y %m %d %H %M %S, as date(1) reads it; undefined when it does not match. */
function calendarMoment(text: unknown, format: unknown): string | undefined {
  if (typeof text !== "string" || typeof format !== "string" || text === "preserve" || text === "now") return undefined;
  const order: string[] = [];
  const pattern = format.replace(/%([a-zA-Z%])|[.*+?^$()|[\]\\{}]/g, (match, letter: string | undefined) => {
    if (letter === undefined) return `\\${match}`;
    if (letter === "%") return "%";
    order.push(letter);
    return `(${FIELDS[letter] ?? "(?!)"})`;
  });
  const found = new RegExp(`^${pattern}$`).exec(text);
  if (found === null) return undefined;
  const part = (letter: string, otherwise: string) => found[order.indexOf(letter) + 1] ?? otherwise;
  const get = (letter: string, otherwise: string) => (order.includes(letter) ? part(letter, otherwise) : otherwise);
  return `${get("Y", "1900")}-${get("m", "01")}-${get("d", "01")} ${get("H", "00")}:${get("M", "00")}:${get("S", "00")}`;
}
