import { Box } from "ink";
import { messageOf } from "#inventory/kernel/errors.ts";
import { selectTargets } from "#inventory/select/targets.ts";
import { editText, type TextField, textField } from "../../ui/text-field/model.ts";
import { TextFieldView } from "../../ui/text-field/text-field.tsx";
import type { WizardScreen } from "../install/screen.ts";

interface ServersModel {
  readonly at: 0 | 1;
  readonly site: TextField;
  readonly servers: TextField;
}

const SITE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Where are your servers? */
export const serversScreen: WizardScreen<ServersModel> = {
  name: "servers",
  title: "Where are your servers?",
  intro:
    "Give the site a name, and the servers by address, name or range. Nothing is changed on them before you confirm a plan.",
  keys: ["Tab next field", "Enter go on", "Ctrl-C quit"],
  help: [
    "Site: a short name for this data centre, lower-case letters, digits, hyphens.",
    "",
    "Servers, separated by commas:",
    "  10.0.0.5                an address         10.0.0.[10-40]   a range",
    "  node[01-40]             names              10.0.0.0/24      a whole network",
    "  rack2-7.example.net:2222                   another SSH port",
    "",
    "Of a network or range, addresses that do not answer are left out.",
    "Quitting keeps your answers: the same command goes on from here.",
  ],
  start: ({ answers }) => ({
    at: answers.site === undefined ? 0 : 1,
    site: textField(answers.site ?? ""),
    servers: textField(Array.isArray(answers.servers) ? answers.servers.join(", ") : ""),
  }),
  update(model, key, { answers }) {
    if (key.name === "tab" || key.name === "up" || key.name === "down") {
      return { model: { ...model, at: model.at === 0 ? 1 : 0 } };
    }
    if (key.name === "enter" && model.at === 0) return { model: { ...model, at: 1 } };
    if (key.name !== "enter") {
      const field = model.at === 0 ? "site" : "servers";
      return { model: { ...model, [field]: editText(model[field], key) } };
    }
    const site = model.site.text.trim();
    if (!SITE_NAME.test(site)) {
      return {
        model: { ...model, at: 0 },
        problem: "The site's name: lower-case letters, digits and hyphens, as in geneva-1.",
      };
    }
    const servers = model.servers.text
      .split(",")
      .map((text) => text.trim())
      .filter((text) => text !== "");
    if (servers.length === 0) return { model, problem: "Name at least one server." };
    try {
      selectTargets(servers);
    } catch (error) {
      return { model, problem: messageOf(error) };
    }
    return { model, answers: { ...answers, site, servers }, move: "next" };
  },
  View: ({ model }) => (
    <Box flexDirection="column" gap={1}>
      <TextFieldView label="Site" hint="as in geneva-1" field={model.site} active={model.at === 0} />
      <TextFieldView
        label="Servers"
        hint="as in 10.0.0.[10-40], node[01-08]"
        field={model.servers}
        active={model.at === 1}
      />
    </Box>
  ),
};
