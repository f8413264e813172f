import { Box, Text } from "ink";
import { editText, type TextField, textField } from "../../ui/text-field/model.ts";
import { TextFieldView } from "../../ui/text-field/text-field.tsx";
import type { WizardScreen } from "../install/screen.ts";

/** Servers called by name; of a large site the number says more. */
const NAMED_SERVERS = 16;

interface ConfirmModel {
  readonly field: TextField;
}

/** A typed confirmation. */
export const confirmScreen: WizardScreen<ConfirmModel> = {
  name: "confirm",
  title: "Begin?",
  intro: "From here on servers are changed. Type the site's name to begin.",
  keys: ["Enter begin", "Esc back", "Ctrl-C quit"],
  help: [
    "Everything done from here on is written to journal.jsonl as it is done. If it",
    "is broken off, bdap apply goes on where it stopped.",
  ],
  start: () => ({ field: textField() }),
  update({ field }, key, { answers }) {
    if (key.name === "escape") return { model: { field }, move: "back" };
    if (key.name !== "enter") return { model: { field: editText(field, key) } };
    if (field.text.trim() !== answers.site)
      return { model: { field }, problem: `That is not ${answers.site}: nothing was begun.` };
    return { model: { field }, move: "next", effects: [{ type: "apply" }] };
  },
  View: ({ model, data: { plan, answers } }) => (
    <Box flexDirection="column" gap={1}>
      <Text>{serversInWords((plan?.nodes ?? []).map((node) => node.name))}</Text>
      <TextFieldView label="Site" hint={`type ${answers.site ?? ""}`} field={model.field} active />
    </Box>
  ),
};

function serversInWords(names: readonly string[]): string {
  const more = names.length - NAMED_SERVERS;
  return `${names.length} servers: ${names.slice(0, NAMED_SERVERS).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
