import { Box, Text } from "ink";
import type { Plan } from "#inventory/schema/plan.ts";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import { SMALLEST } from "../../ui/program/program.tsx";
import { visibleWindow } from "../../ui/table/window.ts";
import type { WizardScreen } from "../install/screen.ts";
import { type SummaryLine, summaryLines } from "./lines.ts";
import { wrappedLines } from "./wrapped.ts";

interface SummaryModel {
  readonly at: number;
}

/** Summary of the plan: capacity, time, what is destroyed. */
export const summaryScreen: WizardScreen<SummaryModel> = {
  name: "summary",
  title: "The plan",
  intro: "This is what will be done. Nothing has been changed yet.",
  keys: ["Enter go on", "arrows scroll", "Esc back", "Ctrl-C quit"],
  help: [
    "The whole plan lies in plan.json in the site directory, for a second pair of",
    "eyes; bdap plan prints it.",
    "",
    "A refusal has to be solved before the plan can be applied; a warning is for",
    "you to judge. Each has a code that the documentation explains.",
  ],
  start: () => ({ at: 0 }),
  enter: ({ answers }) => [{ type: "plan", answers }],
  update(model, key, { plan }) {
    const count = plan === undefined ? 0 : linesOf(plan).length;
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { at: Math.min(Math.max(0, count - 1), model.at + 1) } };
    if (key.name !== "enter" || plan === undefined) return { model };
    const refusal = plan.findings.find((finding) => finding.severity === "refusal");
    if (refusal !== undefined) return { model, problem: `The plan is refused: ${refusal.message} ${refusal.hint}` };
    return { model, move: "next" };
  },
  View: ({ model, data: { plan }, size }) => {
    const lines = plan === undefined ? [] : linesOf(plan);
    const height = size.rows - FRAME_LINES;
    const [first, end] = visibleWindow(lines.length, model.at, lines.length > height ? height - 1 : height);
    const hidden = lines.length - (end - first);
    return (
      <Box flexDirection="column">
        {plan === undefined ? <Text>Planning …</Text> : null}
        {lines.slice(first, end).map((line) => (
          <Line key={line.number} line={line} />
        ))}
        {hidden > 0 ? <Text dimColor>{`… ${hidden} more; arrow keys move`}</Text> : null}
      </Box>
    );
  },
};

/** Broken for the smallest terminal, so that keys and view count the same lines in every one. */
function linesOf(plan: Plan) {
  return wrappedLines(summaryLines(plan), SMALLEST.columns - 2).map((line, number) => ({ ...line, number }));
}

function Line({ line: { text, tone } }: { readonly line: SummaryLine }) {
  const color = tone === "good" ? "green" : tone === "bad" ? "red" : tone === "warning" ? "yellow" : undefined;
  return (
    <Text wrap="truncate" bold={tone === "title"} {...(color === undefined ? {} : { color })}>
      {text}
    </Text>
  );
}
