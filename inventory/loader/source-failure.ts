import type { ApplianceError } from "../kernel/errors.ts";

/** A failure to read a source in one way, as a warning: what was wrong, then where. */
export function tellFailure(kind: string, error: ApplianceError): string {
  const { file, line, column, problem } = error.context;
  const what = typeof problem === "string" ? problem : error.message;
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const origin = typeof line === "number" ? `\nOrigin: ${place}` : "";
  return `Failed to parse inventory with '${kind}' plugin: ${what}${origin}`;
}
