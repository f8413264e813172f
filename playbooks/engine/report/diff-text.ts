import type { Difference } from "../../operations/operation.ts";
import type { Tone } from "./colors.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** Differences as Ansible's `--diff` shows them; `color` paints the lines. Empty where nothing differs. */
export function diffText(
  differences: readonly Difference[],
  color: (line: string, tone: Tone) => string,
  context = 3,
): string {
  return differences.map((difference) => oneDiff(difference, color, context)).join("");
}

function oneDiff(difference: Difference, color: (line: string, tone: Tone) => string, context: number): string {
  const text = unifiedDiff(
    difference.before,
    difference.after,
    header("before", difference.beforeHeader),
    header("after", difference.afterHeader),
    context,
  );
  if (text === "") return "";
  const lines = text.replace(/\n$/, "").split("\n");
  return `${lines.map((line) => painted(line, color)).join("\n")}\n\n`;
}

function header(side: "before" | "after", name: string): string {
  if (name === "" || name === side) return side;
  return name.startsWith(`${side}: `) ? name : `${side}: ${name}`;
}

function painted(line: string, color: (line: string, tone: Tone) => string): string {
  if (line.startsWith("+")) return color(line, "diffAdd");
  if (line.startsWith("-")) return color(line, "diffRemove");
  if (line.startsWith("@@")) return color(line, "diffLines");
  return line;
}
