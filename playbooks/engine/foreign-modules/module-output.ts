import type { CommandResult } from "../../connectors/connector.ts";
import { ExpressionError } from "../expression/errors.ts";
import { parseJson } from "../expression/json-reader.ts";
import { isDict } from "../expression/values.ts";

/** What a module printed as its result, or why that is none. */
export type ModuleOutput =
  | { readonly result: Map<string, unknown>; readonly warnings: readonly string[] }
  | { readonly problem: string };

/**
 * Finds the JSON object in what a module printed: it begins with the first line that begins with a brace and ends with the last
 * line that ends with one. What else there is, is noise of the host.
 */
export function moduleOutput(outcome: CommandResult): ModuleOutput {
  if (outcome.truncated) return { problem: "more than 16 MiB were printed" };
  const lines = outcome.stdout.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  const first = lines.findIndex((line) => line.trim().startsWith("{"));
  if (first < 0) return { problem: "No start of json char found" };
  const last = lines.findLastIndex((line) => line.trim().endsWith("}"));
  if (last < first) return { problem: "No end of json char found" };
  const rest = lines.slice(last + 1);
  const warnings = rest.some((line) => line.trim() !== "")
    ? [`Module invocation had junk after the JSON data: ${rest.join("\n")}`]
    : [];
  try {
    const result = parseJson(lines.slice(first, last + 1).join("\n"));
    return isDict(result)
      ? { result: result as Map<string, unknown>, warnings }
      : { problem: "No start of json char found" };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { problem: error.message };
  }
}
