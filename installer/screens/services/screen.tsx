import { Box, Text } from "ink";
import type { Plan } from "#inventory/schema/plan.ts";
import { FRAME_LINES } from "../../ui/frame/frame.tsx";
import { isCharacter } from "../../ui/key/key.ts";
import { Table } from "../../ui/table/table.tsx";
import type { Draft } from "../install/data.ts";
import type { WizardScreen } from "../install/screen.ts";

interface ServicesModel {
  readonly at: number;
}

/** Nodes named below the table; a service on every node of a large site would fill the screen. */
const SHOWN_NODES = 8;

const COLUMNS = [{ title: "SERVICE", width: 16 }, { title: "NODES", width: 28 }, { title: "BECAUSE" }];

/** Services and where they are placed. */
export const servicesScreen: WizardScreen<ServicesModel> = {
  name: "services",
  title: "Services and placement",
  intro: "Where each service will run. Press m to move a service with one node to the next node.",
  keys: ["m move", "u undo mine", "Enter go on", "Esc back", "Ctrl-C quit"],
  help: [
    "A service that runs on every node cannot be moved. One that votes (a quorum)",
    "is placed on an odd number of different nodes.",
    "",
    "m moves the chosen service to the next node, whatever its role; u gives the",
    "placement back to the plan. A service that already runs stays where it is",
    "unless you move it.",
  ],
  start: () => ({ at: 0 }),
  update(model, key, { plan, answers }) {
    const services = plan?.services ?? [];
    const chosen = services[model.at];
    if (key.name === "escape") return { model, move: "back" };
    if (key.name === "up") return { model: { at: Math.max(0, model.at - 1) } };
    if (key.name === "down") return { model: { at: Math.min(Math.max(0, services.length - 1), model.at + 1) } };
    if (key.name === "enter") return { model, move: "next" };
    if (plan === undefined || chosen === undefined) return { model };
    if (isCharacter(key, "u")) return changed(model, without(answers, chosen.name));
    if (!isCharacter(key, "m")) return { model };
    if (chosen.nodes.length !== 1)
      return { model, problem: `${chosen.name} runs on several nodes; site.yml can name them.` };
    const next = nodeAfter(plan, chosen.nodes[0]);
    return changed(model, { ...answers, services: { ...answers.services, [chosen.name]: { nodes: [next] } } });
  },
  View: ({ model, data: { plan }, size }) => (
    <Box flexDirection="column">
      <Table
        columns={COLUMNS}
        rows={(plan?.services ?? []).map(({ name, nodes, why }) => ({ id: name, cells: [name, nodes.join(" "), why] }))}
        at={model.at}
        height={size.rows - FRAME_LINES - 6}
      />
      <Chosen service={plan?.services[model.at]} />
      {plan === undefined ? <Text>Planning …</Text> : null}
    </Box>
  ),
};

/** The chosen service's row once more, whole: a table cuts what is longer than its column. */
function Chosen({ service }: { readonly service: Plan["services"][number] | undefined }) {
  if (service === undefined) return null;
  const { name, nodes, why } = service;
  const count = nodes.length > SHOWN_NODES ? ` and ${nodes.length - SHOWN_NODES} more` : "";
  return (
    <Box flexDirection="column" marginTop={1}>
      <Text>{`${name}: ${nodes.slice(0, SHOWN_NODES).join(", ")}${count}`}</Text>
      <Text dimColor>{why}</Text>
    </Box>
  );
}

function changed(model: ServicesModel, answers: Draft) {
  return { model, answers, effects: [{ type: "plan" as const, answers }] };
}

function without(answers: Draft, service: string): Draft {
  const { [service]: _taken, ...services } = answers.services ?? {};
  return { ...answers, services };
}

function nodeAfter(plan: Plan, name: string | undefined): string {
  const names = plan.nodes.map((node) => node.name);
  return names[(names.indexOf(name ?? "") + 1) % names.length] ?? names[0] ?? "";
}
