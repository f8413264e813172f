import type { TaskStatus } from "../events.ts";
import { writeJson } from "../expression/json-writer.ts";
import { toFinal } from "../expression/values.ts";
import { writeYaml } from "../expression/yaml-writer.ts";

export type Result = Readonly<Record<string, unknown>>;

/** How results are written out (`callback_result_format`, `callback_format_pretty`). */
export interface ResultFormat {
  readonly format: "json" | "yaml";
  /** Whether on several lines; undefined where nobody said. */
  readonly isPretty: boolean | undefined;
  readonly verbosity: number;
}

/** Told on lines of their own, or by the word before the result. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["exception", "warnings", "deprecations", "failed", "skipped"]);

/** A result as Ansible's callbacks write it: keys in order, internal ones left out. */
export function resultText(result: Result, options: ResultFormat, isAlwaysShown = false, indent?: number): string {
  const { format, isPretty, verbosity } = options;
  const wantsLines =
    isAlwaysShown || isPretty === true || (isPretty === undefined && format === "yaml") || verbosity > 2;
  const depth = isPretty === false ? undefined : (indent ?? (wantsLines ? 4 : undefined));
  const hidden = verbosity < 3 ? ["invocation", "diff"] : [];
  const kept = Object.entries(result).filter(
    ([key]) => !TOLD_ELSEWHERE.has(key) && !hidden.includes(key) && !key.startsWith("_ansible_"),
  );
  if (format === "json") {
    const shown = toFinal(Object.fromEntries(kept));
    return writeJson(shown, { ...(depth === undefined ? {} : { indent: depth }), sortKeys: true, ensureAscii: false });
  }
  // What is there as a text is not told again as lines.
  const isTwice = (key: string) => /^std(?:out|err)_lines$/.test(key) && key.replace("_lines", "") in result;
  const shown = toFinal(
    Object.fromEntries(kept.map(([key, value]) => [key, isPretty !== false && isTwice(key) ? "<omitted>" : value])),
  );
  return `\n${indented(yamlText(shown, depth ?? 2), " ".repeat(depth ?? 4))}`;
}

/** What is said of a host that was lost: before anything ran there, or (`unknown`) while something did. */
export function unreachedWord(status: TaskStatus): string {
  return status === "unknown" ? "OUTCOME UNKNOWN" : "UNREACHABLE";
}

/** A structure within a diff, as text of its own. */
export function structureText(value: unknown, { format }: ResultFormat): string {
  if (format === "json")
    return `${writeJson(value, { indent: 4, sortKeys: true, ensureAscii: true, separators: [",", ": "] })}\n`;
  return `${indented(yamlText(value, 4), "    ")}\n`;
}

function yamlText(value: unknown, indent: number): string {
  return writeYaml(value, { indent, sortKeys: true, width: 80, flow: "never" });
}

function indented(text: string, prefix: string): string {
  return text
    .split("\n")
    .map((line) => (line.trim() === "" ? line : prefix + line))
    .join("\n");
}
