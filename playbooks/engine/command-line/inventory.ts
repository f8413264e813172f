import { writeFile } from "node:fs/promises";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Inventory } from "#inventory/loader/inventory.ts";
import { InventoryVariables } from "#inventory/loader/inventory-variables.ts";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import { evaluatePatterns, readLimit, selectHosts } from "#inventory/select/patterns.ts";
import { inventorySettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { runSettings } from "../configuration/run-settings.ts";
import { Templar } from "../expression/templar.ts";
import { graphOf } from "../listing/graph.ts";
import { inventoryTemplating } from "../listing/inventory-templating.ts";
import { jsonListing } from "../listing/json-listing.ts";
import { ListedInventory } from "../listing/listed-inventory.ts";
import { yamlListing } from "../listing/yaml-listing.ts";
import type { Display } from "../report/display.ts";
import type { Call } from "./call.ts";
import { commandLineErrors } from "./errors.ts";
import { readExtraVariables } from "./extra-variables.ts";
import { INVENTORY_OPTIONS } from "./option-table.ts";
import type { Words } from "./options.ts";
import { type Program, runProgram } from "./program.ts";
import { openVault } from "./vault-values.ts";

const program: Program = {
  options: INVENTORY_OPTIONS,
  usage: "[options] [group]",
  purpose: "Shows what an inventory says of its hosts and groups.",
  async run({ call, words, settings, display }) {
    if (words.rest.length > 1)
      throw commandLineErrors.invalid(call.program, `unrecognized arguments: ${words.rest.slice(1).join(" ")}`);
    const actions = [words.flags.has("list"), (words.texts.get("host") ?? "") !== "", words.flags.has("graph")];
    const count = actions.filter((said) => said).length;
    if (count !== 1) throw actionProblem(count);
    return show(call, words, settings, display);
  },
};

/** Shows an inventory as ansible-inventory does: its options, settings, output and exit codes. Gives the exit code; throws nothing. */
export function inventoryProgram(call: Call): Promise<number> {
  return runProgram(program, call);
}

function actionProblem(count: number): Error {
  return count === 0
    ? commandLineErrors.refused(
        "No action selected, at least one of --host, --graph or --list needs to be specified.",
        "Add --list, --host NAME or --graph.",
      )
    : commandLineErrors.refused(
        "Conflicting options used, only one of --host, --graph or --list can be used at the same time.",
        "Leave one of --list, --host and --graph.",
      );
}

async function show(call: Call, words: Words, settings: Settings, display: Display): Promise<number> {
  const shown = await shownText(call, words, settings, display);
  const output = words.texts.get("output");
  if (output === undefined) display.show(shown);
  else {
    const path = expandPath(output, settings.around);
    await writeFile(path, shown).catch((error: unknown) => {
      throw commandLineErrors.unwritable(path, messageOf(error));
    });
  }
  return 0;
}

async function shownText(call: Call, words: Words, settings: Settings, display: Display): Promise<string> {
  const { around } = settings;
  const warn = (text: string) => display.warning(text);
  const vault = await openVault(call, words, settings, display);
  const extra = await readExtraVariables(words.lists.get("extraVariables") ?? [], {
    vault,
    path: (path) => expandPath(path, around),
    merge: settings.get(runSettings.hashBehaviour) === "merge",
  });
  const extraVariables = new Map(Object.entries(extra));
  const templar = new Templar({ decrypt: vault.text, environment: around.environment });
  const sources = words.lists
    .get("inventory")
    ?.map((source) => (source.includes(",") ? source : expandPath(source, around)));
  const inventory = await loadInventory(sources ?? settings.get(inventorySettings.sources), vault, {
    settings,
    templating: inventoryTemplating(templar),
    extraVariables,
    warn,
    tell: (text) => display.verbose(3, text),
  });
  const folder = words.texts.get("playbookFolder");
  const variables = new InventoryVariables(inventory, {
    vault,
    playFolder: folder === undefined ? around.workingFolder : expandPath(folder, around),
    settings,
    stage: "all",
    warn,
  });
  const available = await availableHosts(inventory, words, settings, display);
  const listed = new ListedInventory({
    inventory,
    variables,
    available,
    isExport: words.flags.has("export") || settings.get(inventorySettings.export),
    exportsPlayFolder: folder !== undefined,
    extraVariables,
    injectsFacts: settings.get(runSettings.injectFacts),
  });
  return listing(words, settings, { listed, inventory, vault, display });
}

/** Hosts that the limit leaves; it means nothing to one host or a graph. */
async function availableHosts(
  inventory: Inventory,
  words: Words,
  settings: Settings,
  display: Display,
): Promise<ReadonlySet<string>> {
  const limit = words.texts.get("limit") ?? "";
  const all = selectHosts(inventory, "all").hosts;
  if (limit === "" || words.texts.has("host")) return new Set(all);
  const parts = await readLimit(limit, settings.around);
  if (parts.length === 0 || words.flags.has("graph")) return new Set(all);
  const { hosts, unmatched } = evaluatePatterns(inventory, parts);
  tellUnmatched(unmatched, settings, display);
  const left = new Set(hosts);
  return new Set(all.filter((host) => left.has(host)));
}

function tellUnmatched(unmatched: readonly string[], settings: Settings, display: Display): void {
  const rule = settings.get(inventorySettings.patternMismatch);
  for (const part of unmatched) {
    const text = `Could not match supplied host pattern, ignoring: ${part}`;
    if (rule === "error") throw commandLineErrors.unmatched(text);
    if (rule === "warning") display.warning(text);
  }
}

interface Shown {
  readonly listed: ListedInventory;
  readonly inventory: Inventory;
  readonly vault: VaultValues;
  readonly display: Display;
}

async function listing(words: Words, settings: Settings, shown: Shown): Promise<string> {
  const { listed, inventory, vault, display } = shown;
  const host = words.texts.get("host");
  if (words.flags.has("graph")) {
    const group = listed.group(words.rest[0] ?? "all");
    if (group === undefined)
      throw commandLineErrors.refused(
        "Pattern must be valid group name when using --graph",
        "Name a group of the inventory, or none for all of it.",
      );
    return graphOf(listed, group, { showsVariables: words.flags.has("showVariables"), decrypt: vault.text });
  }
  let value: unknown;
  if (host !== undefined) {
    const { hosts, unmatched } = selectHosts(inventory, host);
    tellUnmatched(unmatched, settings, display);
    const [name] = hosts;
    if (name === undefined || hosts.length > 1)
      throw commandLineErrors.refused(
        "You must pass a single valid host to --host parameter",
        "Name one host of the inventory; --graph shows them all.",
      );
    value = await listed.hostVariables(name);
  } else value = words.flags.has("yaml") ? await listed.asYaml() : await listed.asScript();
  if (words.flags.has("yaml")) return yamlListing(value);
  if (words.flags.has("toml")) throw commandLineErrors.noToml();
  return jsonListing(value);
}
