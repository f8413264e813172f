import { join } from "node:path";
import { InventoryVariables } from "#inventory/loader/inventory-variables.ts";
import { loadInventory } from "#inventory/loader/load-inventory.ts";
import { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Site } from "#inventory/schema/site.ts";
import { selectTargets, type Target } from "#inventory/select/targets.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { probeErrors } from "./errors.ts";

export interface TargetChoice {
  /** What was named on the command line; wins over everything else. */
  readonly named: readonly string[];
  /** An Ansible inventory named on the command line. */
  readonly inventory: string | undefined;
  readonly answers: Site | undefined;
}

/**
 * The servers to probe: those named, else an inventory's, else those of site.yml without the ones it excludes. Rejects with
 * `INSTALLER_NO_TARGETS`, `INSTALLER_INVENTORY_VALUE` and as targets and inventories do.
 */
export async function chooseTargets(site: SiteDirectory, choice: TargetChoice): Promise<Target[]> {
  const { named, inventory, answers } = choice;
  if (named.length > 0) return selectTargets(named);
  if (inventory !== undefined) return inventoryTargets(inventory);
  if (answers === undefined) throw probeErrors.noTargets();
  const excluded = new Set(answers.exclude ?? []);
  const { servers } = answers;
  const targets = Array.isArray(servers)
    ? selectTargets(servers)
    : await inventoryTargets(join(site.path, servers.inventory));
  return targets.filter((target) => !excluded.has(target.name) && !excluded.has(target.address));
}

/** Every host of an Ansible inventory, reached as `ansible_host`, `ansible_port` and `ansible_user` say. */
async function inventoryTargets(path: string): Promise<Target[]> {
  const vault = new VaultValues(undefined);
  const inventory = await loadInventory([path], vault);
  const variables = new InventoryVariables(inventory, { vault });
  const names = inventory.hostsOf("all").filter((name) => name !== "localhost");
  if (names.length === 0) throw probeErrors.inventoryEmpty(path);
  return Promise.all(
    names.map(async (host) => {
      const known = await variables.ofHost(host);
      const text = (variable: string, pattern: RegExp) => {
        const found = known.get(variable);
        if (found === undefined) return undefined;
        if (!pattern.test(String(found))) throw probeErrors.inventoryValue(path, host, variable);
        return String(found);
      };
      const address = text("ansible_host", /^[A-Za-z0-9_.:%-]+$/) ?? host;
      const port = text("ansible_port", /^([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/);
      const user = text("ansible_user", /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/);
      return {
        name: host,
        address,
        ...(port === undefined ? {} : { port: Number(port) }),
        ...(user === undefined ? {} : { user }),
      };
    }),
  );
}
