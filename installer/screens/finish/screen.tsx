import { Box, Text } from "ink";
import type { ApplyView } from "../install/data.ts";
import type { WizardScreen } from "../install/screen.ts";

/** Where to go next. */
export const finishScreen: WizardScreen<null> = {
  name: "finish",
  title: "Where to go next",
  intro: "",
  keys: ["Enter leave", "Esc back", "Ctrl-C quit"],
  help: [
    "The site directory holds everything that was decided and done: site.yml, the",
    "plan, the journal, and the vault with the site's keys. Keep a copy of it.",
  ],
  start: () => null,
  update(model, key) {
    if (key.name === "escape") return { model, move: "back" };
    return key.name === "enter" ? { model, move: "quit" } : { model };
  },
  View: ({ data }) => (data.apply.state === "done" ? <Succeeded /> : <Failed apply={data.apply} />),
};

function Succeeded() {
  return (
    <Box flexDirection="column">
      <Text color="green">The site is up: every node is ready.</Text>
      <Text> </Text>
      <Text>bdap status how the site is</Text>
      <Text>bdap nodes the nodes, and what each reports</Text>
      <Text>bdap events --follow what happens, as it happens</Text>
      <Text>bdap apply make it so again, after changing site.yml and bdap plan</Text>
    </Box>
  );
}

function Failed({ apply }: { readonly apply: ApplyView }) {
  const hosts = Object.entries(apply.end?.hosts ?? {}).filter(([, outcome]) => outcome.cause !== undefined);
  const problems = [...(apply.failure === undefined ? [] : [apply.failure]), ...(apply.end?.problems ?? [])];
  return (
    <Box flexDirection="column" overflow="hidden">
      <Text color="red">Not everything succeeded. What was done stays done.</Text>
      <Text>bdap apply goes on from here once the cause is gone.</Text>
      {hosts.slice(0, 3).map(([host, { cause }]) => (
        <Box key={host} flexDirection="column" marginTop={1}>
          <Text>{`${host}: ${cause?.message ?? ""}`}</Text>
          <Text dimColor>{cause?.hint ?? ""}</Text>
        </Box>
      ))}
      {problems.slice(0, 2).map((problem) => (
        <Text key={problem.message}>{`${problem.code}: ${problem.message} ${problem.hint}`}</Text>
      ))}
    </Box>
  );
}
