import type { Inventory } from "#inventory/loader/inventory.ts";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import { evaluatePatterns, readLimit } from "#inventory/select/patterns.ts";
import { inventorySettings } from "#inventory/settings/inventory-settings.ts";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { runSettings } from "../configuration/run-settings.ts";
import { engineErrors } from "../errors.ts";
import { Templar } from "../expression/templar.ts";
import { inventoryTemplating } from "../listing/inventory-templating.ts";
import { commandLineErrors } from "./errors.ts";
import type { Invocation } from "./program.ts";

/** The hosts a call may work on. */
export interface CallHosts {
  readonly sources: readonly string[];
  readonly inventory: Inventory;
  /** The hosts `--limit` leaves; undefined where nothing limits. */
  readonly allowed: ReadonlySet<string> | undefined;
  read(): Promise<Inventory>;
}

/**
 * Reads the inventory the command line or the settings name and applies `--limit`. `pattern` is what is to be run on, as far as it is
 * known. Throws `PLAYBOOKS_NO_HOSTS` where the limit leaves none.
 */
export async function openHosts(
  { words, settings, display }: Invocation,
  vault: VaultValues,
  extraVariables: Readonly<Record<string, unknown>>,
  pattern = "all",
): Promise<CallHosts> {
  const { around } = settings;
  const sources =
    words.lists.get("inventory")?.map((source) => (source.includes(",") ? source : expandPath(source, around))) ??
    settings.get(inventorySettings.sources);
  const warn = (text: string) => display.warning(text);
  const templating = inventoryTemplating(new Templar({ decrypt: vault.text, environment: around.environment }));
  const tell = (text: string) => display.verbose(3, text);
  const known = { settings, templating, extraVariables: new Map(Object.entries(extraVariables)), warn, tell };
  const read = () => loadInventory(sources, vault, known);
  const inventory = await read();
  if (inventory.hosts.size === 0 && settings.get(runSettings.localhostWarning) && !LOCAL_NAMES.includes(pattern))
    warn(EMPTY);
  const limit = words.texts.get("limit");
  if (limit === undefined) return { sources, inventory, allowed: undefined, read };
  const { hosts, unmatched } = evaluatePatterns(inventory, await readLimit(limit, around));
  for (const part of unmatched) tellUnmatched(part, settings, warn);
  if (hosts.length === 0 && inventory.hosts.size > 0) throw commandLineErrors.noHosts();
  return { sources, inventory, allowed: new Set(hosts), read };
}

const LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"];

const EMPTY =
  "provided hosts list is empty, only localhost is available. Note that the implicit localhost does not match 'all'";

/** A pattern that matches nothing is told, refused or passed over, as the settings say. Throws `PLAYBOOKS_PATTERN_UNMATCHED`. */
export function tellUnmatched(part: string, settings: Settings, warn: (text: string) => void): void {
  const mode = settings.get(inventorySettings.patternMismatch);
  const problem = `Could not match supplied host pattern, ignoring: ${part}`;
  if (mode === "error") throw engineErrors.patternUnmatched(problem);
  if (mode === "warning") warn(problem);
}
