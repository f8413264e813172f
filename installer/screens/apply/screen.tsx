import { Box, Text } from "ink";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import { type Row, Table } from "../../ui/table/table.tsx";
import type { ApplyView, PhaseView } from "../install/data.ts";
import type { WizardScreen } from "../install/screen.ts";

interface ApplyModel {
  readonly at: number;
}

export const APPLY_COLUMNS = [
  { title: "HOST", width: 12 },
  { title: "CHANGES", width: 7 },
  { title: "STATUS", width: 11 },
  { title: "TASK" },
];
const MARK: Readonly<Record<PhaseView["state"], string>> = { waiting: "·", running: "▸", done: "✓", failed: "✗" };

/** The apply, live. */
export const applyScreen: WizardScreen<ApplyModel> = {
  name: "apply",
  title: "Applying the plan",
  intro: "Every step is in the journal: if this is broken off, bdap apply goes on where it stopped.",
  keys: ["Enter go on, Esc back when done", "arrows choose a host", "Ctrl-C stop"],
  help: [
    "Stopping lets running tasks end, then leaves. Nothing is half written.",
    "bdap apply goes on from there.",
    "",
    "There is no way back while servers are being changed. Once the apply has",
    "ended, Esc leads back to the plan and to what was answered.",
  ],
  start: () => ({ at: 0 }),
  update(model, key, { apply }) {
    const count = Object.keys(apply.hosts).length;
    if (key.name === "up") return { model: { at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { at: Math.min(Math.max(0, count - 1), model.at + 1) } };
    if (key.name === "escape") {
      return apply.state === "running"
        ? { model, problem: "Servers are being changed: Ctrl-C stops." }
        : { model, move: "back" };
    }
    if (key.name !== "enter") return { model };
    return apply.state === "running" ? { model, problem: "Still at work." } : { model, move: "next" };
  },
  View: ({ model, data: { apply }, size }) => {
    const lines = size.rows - FRAME_LINES - apply.phases.length - 2;
    return (
      <Box flexDirection="column">
        <PhaseLines phases={apply.phases} />
        <Table columns={APPLY_COLUMNS} rows={hostRows(apply)} at={model.at} height={Math.max(2, lines)} />
      </Box>
    );
  },
};

/** A line per phase with how far it is. */
export function PhaseLines({ phases }: { readonly phases: readonly PhaseView[] }) {
  return phases.map((phase) => (
    <Text key={phase.name} dimColor={phase.state === "waiting"} {...(phase.state === "failed" ? { color: "red" } : {})}>
      {`${MARK[phase.state]} ${phase.title}`}
    </Text>
  ));
}

/** A row per host: changes so far, and the task it is at. */
export function hostRows({ hosts }: ApplyView): Row[] {
  return Object.entries(hosts).map(([host, { changes, status, task }]) => ({
    id: host,
    cells: [host, String(changes), status, task],
    ...(status === "failed" || status === "unreachable" ? { color: "red" as const } : {}),
  }));
}
