import { Box, Text } from "ink";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import { isCharacter, type Key } from "../../ui/key/key.ts";
import { Table } from "../../ui/table/table.tsx";
import { editText, type TextField, textField } from "../../ui/text-field/model.ts";
import { TextFieldView } from "../../ui/text-field/text-field.tsx";
import type { WizardData } from "../install/data.ts";
import type { ScreenStep, WizardScreen } from "../install/screen.ts";
import { bytesInWords } from "../summary/quantities.ts";
import { type DiskLine, diskLines, wipePhrase, withExcluded, withWipe } from "./model.ts";

interface DisksModel {
  readonly at: number;
  /** What is being typed to release the chosen disk. */
  readonly phrase: TextField | undefined;
}

const COLUMNS = [
  { title: "HOST", width: 10 },
  { title: "DISK", width: 13 },
  { title: "SERIAL", width: 20 },
  { title: "SIZE", width: 8 },
  { title: "USE", width: 5 },
  { title: "ABOUT" },
];

/** Disks to be used, by serial. */
export const disksScreen: WizardScreen<DisksModel> = {
  name: "disks",
  title: "Disks",
  intro:
    "Empty disks of storage nodes are used. A disk with anything on it is left alone unless you release it by its serial.",
  keys: ["x leave out/use", "w release", "Enter go on", "Esc back", "Ctrl-C quit"],
  help: [
    "used   empty, set aside for the site's data",
    "left   not touched; ABOUT says why",
    "wiped  holds something that you released: storage may destroy it, once",
    "",
    "x takes an empty disk out of use or puts it back. w asks you to type",
    "  wipe SERIAL on HOST",
    "for the chosen disk; w again takes the permission back. This release plans",
    "disks and writes to none: the permission waits for storage to be set up.",
  ],
  start: () => ({ at: 0, phrase: undefined }),
  update(model, key, data) {
    const disks = data.plan === undefined ? [] : diskLines(data.plan);
    const disk = disks[model.at];
    if (model.phrase !== undefined && disk !== undefined) return typing(model, model.phrase, key, disk, data);
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { ...model, at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { ...model, at: Math.min(Math.max(0, disks.length - 1), model.at + 1) } };
    if (key.name === "enter") return { model, move: "next" };
    if (disk === undefined) return { model };
    if (disk.serial === null)
      return { model, problem: `${disk.path} on ${disk.host} has no serial number: it cannot be named safely.` };
    if (isCharacter(key, "x")) return planned(model, withExcluded(data.answers, disk.serial));
    if (!isCharacter(key, "w")) return { model };
    if (disk.use === "wiped") return planned(model, withWipe(data.answers, disk));
    if (disk.use === "used") return { model, problem: "This disk is empty: nothing needs to be released." };
    return { model: { ...model, phrase: textField() } };
  },
  View: ({ model, data: { plan }, size }) => {
    const disks = plan === undefined ? [] : diskLines(plan);
    const disk = disks[model.at];
    return (
      <Box flexDirection="column">
        <Table columns={COLUMNS} rows={disks.map(rowOf)} at={model.at} height={size.rows - FRAME_LINES - 5} />
        {disk === undefined || model.phrase !== undefined ? null : (
          <Text dimColor>{`${disk.path}, ${disk.serial ?? "no serial number"}: ${disk.why}`}</Text>
        )}
        {disks.length === 0 ? <Text>No disks to choose from.</Text> : null}
        {model.phrase === undefined || disk === undefined ? null : (
          <TextFieldView label="Type to release" hint={wipePhrase(disk)} field={model.phrase} active />
        )}
      </Box>
    );
  },
};

function typing(
  model: DisksModel,
  phrase: TextField,
  key: Key,
  disk: DiskLine,
  data: WizardData,
): ScreenStep<DisksModel> {
  const closed = { ...model, phrase: undefined };
  if (key.name === "escape") return { model: closed };
  if (key.name !== "enter") return { model: { ...model, phrase: editText(phrase, key) } };
  if (phrase.text !== wipePhrase(disk))
    return { model, problem: `Not the phrase: nothing was released. Esc leaves it.` };
  return planned(closed, withWipe(data.answers, disk));
}

function planned(model: DisksModel, answers: WizardData["answers"]): ScreenStep<DisksModel> {
  return { model, answers, effects: [{ type: "plan", answers }] };
}

function rowOf({ host, path, serial, size, use, why }: DiskLine) {
  const color = { used: "green", wiped: "red", left: "gray" } as const;
  const cells = [host, path, serial ?? "unknown", size === null ? "" : bytesInWords(size), use, why];
  return { id: `${host} ${path}`, cells, color: color[use] };
}
