import type { Clock } from "./clock.ts";
import { timestamp } from "./clock.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A line-per-event logger. `fields` must hold no secrets: pass a `Secret` if in doubt, it prints as `[redacted]`. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const ORDER: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** JSON lines `{time, level, message, …fields}`, one per event, for journald and files. */
export function jsonLog(write: (line: string) => void, clock: Clock, lowest: LogLevel = "info"): Log {
  const at = (level: LogLevel) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (ORDER[level] < ORDER[lowest]) return;
    write(`${JSON.stringify({ time: timestamp(clock), level, message, ...fields })}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A logger that says nothing. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
