/**
 * Runs a playbook on the machine it is started on, through the local connector: `node node-run.mjs PLAYBOOK INVENTORY`. Prints
 * what happened as one JSON document.
 */
import { userInfo } from "node:os";
import { connectLocal } from "#playbooks/connectors/local/local.ts";
import { runPlaybook } from "#playbooks/engine/engine.ts";
import { type Told, toldOf } from "./told.ts";

const [playbook = "", inventory = ""] = process.argv.slice(2);
const story: Told[] = [];
const outcome = await runPlaybook({
  playbook,
  inventory: [inventory],
  rolesPath: [],
  // Nobody logs in: the address is only there because the inventory asks for one.
  extraVariables: { twin_address: "127.0.0.1" },
  forks: 5,
  check: false,
  diff: true,
  connect: async (host) => connectLocal({ host, user: userInfo().username }),
  onEvent: (event) => {
    const told = toldOf(event);
    if (told !== undefined) story.push(told);
  },
  signal: new AbortController().signal,
});
process.stdout.write(JSON.stringify({ story, outcome }));
