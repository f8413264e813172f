import { Box, Text } from "ink";
import type { Verdict } from "#inventory/schema/plan.ts";
import type { Role, RoleOverride } from "#inventory/schema/site.ts";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import type { Key } from "../../ui/key/key.ts";
import { type Row, Table } from "../../ui/table/table.tsx";
import type { WizardData } from "../install/data.ts";
import type { WizardScreen } from "../install/screen.ts";

interface RolesModel {
  readonly at: number;
}

const ROLE_KEYS: Readonly<Record<string, Role>> = { s: "storage", c: "cpu", g: "gpu", v: "service" };

const COLUMNS = [
  { title: "SERVER", width: 12 },
  { title: "ROLES", width: 20 },
  { title: "SURE", width: 5 },
  { title: "BECAUSE" },
];

/** Proposed roles with their reasons, to be changed with a key. */
export const rolesScreen: WizardScreen<RolesModel> = {
  name: "roles",
  title: "What should each server become?",
  intro: "Proposed from what was read. Your word wins, and is remembered as yours.",
  keys: ["s c g v role", "u undo", "Enter go on", "Esc back", "Ctrl-C quit"],
  help: [
    "A key takes its role away, or gives it:",
    "s storage: its empty disks hold data     c cpu: runs jobs and notebooks",
    "g gpu: the same with its GPUs            v service: runs the site's services",
    "",
    "A server may have several roles; without any it is left out of the site's work",
    "but still watched. u takes back what you changed on the chosen server.",
    "",
    "SURE is how sure the rules are. Below the table: all reasons of the chosen",
    "server, and what would change the verdict.",
  ],
  start: () => ({ at: 0 }),
  enter: ({ answers }) => [{ type: "plan", answers }],
  update(model, key, data) {
    const verdicts = data.plan?.verdicts ?? [];
    const chosen = verdicts[model.at];
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { at: Math.min(Math.max(0, verdicts.length - 1), model.at + 1) } };
    if (key.name === "enter") return data.plan === undefined ? { model } : { model, move: "next" };
    const overrides = chosen === undefined ? undefined : overridesAfter(key, chosen, data);
    if (overrides === undefined) return { model };
    const answers = { ...data.answers, overrides };
    return { model, answers, effects: [{ type: "plan", answers }] };
  },
  View: ({ model, data: { plan }, size }) => {
    const verdicts = plan?.verdicts ?? [];
    const chosen = verdicts[model.at];
    return (
      <Box flexDirection="column">
        <Table columns={COLUMNS} rows={verdicts.map(rowOf)} at={model.at} height={size.rows - FRAME_LINES - 7} />
        {chosen === undefined ? <Text>Looking at what was read …</Text> : <Why verdict={chosen} />}
      </Box>
    );
  },
};

function Why({ verdict }: { readonly verdict: Verdict }) {
  const { override } = verdict;
  const reasons = verdict.reasons.map((reason) => reason.words).join("; ");
  return (
    <Box flexDirection="column" marginTop={1}>
      <Text>{override === null ? reasons : `Set by ${override.by}: ${override.why}`}</Text>
      {verdict.wouldChange.slice(0, 2).map((words) => (
        <Text key={words} dimColor>
          {words}
        </Text>
      ))}
      {verdict.adopted ? <Text color="yellow">Already runs something: nothing on it is wiped.</Text> : null}
    </Box>
  );
}

function rowOf(verdict: Verdict): Row {
  const { server, roles, confidence, reasons, override } = verdict;
  const sure = override === null ? `${Math.round(confidence * 100)}%` : "yours";
  const why = override === null ? (reasons[0]?.words ?? "") : override.why;
  return {
    id: server,
    cells: [server, roles.length === 0 ? "–" : roles.join(" "), sure, why],
    ...(override === null ? {} : { color: "yellow" as const }),
  };
}

function overridesAfter(key: Key, verdict: Verdict, { answers, by, now }: WizardData): RoleOverride[] | undefined {
  if (key.name !== "text") return undefined;
  const others = (answers.overrides ?? []).filter(
    ({ server }) => server !== verdict.server && server !== verdict.address,
  );
  if (key.text === "u") return verdict.override === null ? undefined : others;
  const role = ROLE_KEYS[key.text];
  if (role === undefined) return undefined;
  const roles = verdict.roles.includes(role) ? verdict.roles.filter((one) => one !== role) : [...verdict.roles, role];
  return [...others, { server: verdict.address, roles, by, why: "chosen in the installer", at: now }];
}
