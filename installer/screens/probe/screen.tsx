import { Box, Text } from "ink";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import { isCharacter } from "../../ui/key/key.ts";
import { type Row, Table } from "../../ui/table/table.tsx";
import type { WizardScreen } from "../install/screen.ts";
import type { ProbeRow } from "./rows.ts";

interface ProbeModel {
  readonly at: number;
}

const COLUMNS = [
  { title: "SERVER", width: 16 },
  { title: "STATE", width: 8 },
  { title: "SYSTEM", width: 11 },
  { title: "CORES", width: 5 },
  { title: "MEMORY", width: 7 },
  { title: "DISKS", width: 6 },
  { title: "NOTE" },
];

/** A live table of the probe. */
export const probeScreen: WizardScreen<ProbeModel> = {
  name: "probe",
  title: "Probing the servers",
  intro: "One SSH session per server reads what it is made of. Reading changes nothing.",
  keys: ["Enter go on", "r probe again", "Esc back", "Ctrl-C quit"],
  help: [
    "DISKS is empty disks / all disks. A disk with anything on it is never touched",
    "unless you release it by its serial number later.",
    "",
    "A server that cannot be reached keeps its row, with the cause below the table;",
    "the others go on. Correct the cause and press r, or go on without it.",
    "",
    "The full facts lie in the site directory, under facts/.",
  ],
  start: () => ({ at: 0 }),
  enter: ({ answers, probe }) => (probe.state === "idle" ? [{ type: "probe", answers }] : []),
  update(model, key, { probe, answers }) {
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { at: Math.min(Math.max(0, probe.rows.length - 1), model.at + 1) } };
    if (probe.state === "running")
      return { model, ...(key.name === "enter" ? { problem: "Still reading; a moment." } : {}) };
    if (isCharacter(key, "r")) return { model, effects: [{ type: "probe", answers }] };
    if (key.name !== "enter") return { model };
    if (!probe.rows.some((row) => row.state === "read")) {
      return { model, problem: "No server could be read. Press r to try again, Esc to change how to log in." };
    }
    return { model, move: "next" };
  },
  View: ({ model, data: { probe }, size }) => {
    const read = probe.rows.filter((row) => row.state === "read").length;
    const failed = probe.rows.filter((row) => row.state === "failed").length;
    return (
      <Box flexDirection="column">
        <Table columns={COLUMNS} rows={probe.rows.map(rowOf)} at={model.at} height={size.rows - FRAME_LINES - 6} />
        <Text>{`${probe.rows.length} servers: ${read} read, ${failed} failed${probe.state === "running" ? ", reading …" : ""}`}</Text>
        <Text color="yellow">{probe.rows[model.at]?.note ?? ""}</Text>
      </Box>
    );
  },
};

function rowOf({ server, state, os, cores, memory, disks, note }: ProbeRow): Row {
  const color = { waiting: "gray", reading: "gray", read: "green", failed: "red" } as const;
  return { id: server, cells: [server, state, os, cores, memory, disks, note], color: color[state] };
}
