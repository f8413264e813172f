import { shellQuote } from "#inventory/kernel/shell.ts";

/** What templates may call. Each makes text that is safe in the format it is named after. */
export const helpers: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  /** One word of POSIX shell. */
  sh: (value) => shellQuote(String(value)),
  /** A JSON value. */
  json: (value) => JSON.stringify(value),
  /** Items joined by ", ". */
  list: (values) => (Array.isArray(values) ? values.map(String).join(", ") : String(values)),
  /** Items joined by a space. */
  words: (values) => (Array.isArray(values) ? values.map(String).join(" ") : String(values)),
};
