import { dirname } from "node:path";
import type { Inventory } from "#inventory/loader/inventory.ts";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import { operations } from "../operations/registry.ts";
import { type Scope, scopeOf } from "./expression/scope.ts";
import { Templar } from "./expression/templar.ts";
import { ForeignModules } from "./foreign-modules/foreign-modules.ts";
import { moduleFolders } from "./foreign-modules/module-folders.ts";
import { ModuleTable } from "./loader/module-table.ts";
import type { Play } from "./loader/nodes.ts";
import { PlaybookLoader } from "./loader/playbook-loader.ts";
import type { PlaybookRun, RunSettings } from "./run.ts";

/** A playbook as its files say, and what it was read with. */
export interface OpenPlaybook {
  readonly vault: VaultValues;
  readonly templar: Templar;
  readonly inventory: Inventory;
  readonly readInventory: () => Promise<Inventory>;
  readonly modules: ModuleTable;
  readonly settings: RunSettings;
  readonly loader: PlaybookLoader;
  readonly plays: readonly Play[];
}

/** Reads the inventory and every file of the playbook that can be known before a run. Throws one error that lists all problems. */
export async function openPlaybook(run: Omit<PlaybookRun, "onEvent">): Promise<OpenPlaybook> {
  const vault = new VaultValues(run.vaultSecrets ?? run.vaultPassword);
  const alone = run.vaultPassword === undefined ? [] : [run.vaultPassword];
  const secrets = run.vaultSecrets?.all.map(({ password }) => password) ?? alone;
  const templar = new Templar({
    decrypt: vault.text,
    environment: run.environment ?? {},
    playbookFolder: dirname(run.playbook),
    vaultSecrets: secrets.map((secret) => secret.reveal()),
  });
  const readInventory = () => run.readInventory?.() ?? loadInventory(run.inventory, vault);
  const inventory = await readInventory();
  const modules = new ModuleTable(operations, new ForeignModules(run.modules ?? moduleFolders(run.environment ?? {})));
  const settings = run.settings ?? {};
  const loader = new PlaybookLoader({
    playbook: run.playbook,
    ...(run.playbookText === undefined ? {} : { texts: new Map([[run.playbook, run.playbookText]]) }),
    rolesPath: run.rolesPath,
    collectionsPath: settings.collectionsPath ?? [],
    settings,
    modules,
    vault,
    templar,
    scope: rawScope(run.extraVariables, templar),
  });
  const plays = await loader.load();
  return { vault, templar, inventory, readInventory, modules, settings, loader, plays };
}

function rawScope(values: Readonly<Record<string, unknown>>, templar: Templar): Scope {
  const raw = scopeOf(values);
  const scope: Scope = {
    get: (name) => {
      const value = raw.get(name);
      return value === undefined ? undefined : templar.resolve(value, scope);
    },
  };
  return scope;
}
