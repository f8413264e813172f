import type { InventoryVariables } from "#inventory/loader/inventory-variables.ts";
import type { Layer } from "./host-scope.ts";

/** Names that mean this machine, also where the inventory does not have them. */
export const LOCAL_NAMES: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** Variables of a host of that name when it is not in the inventory, the strongest first: its files, what it is, those of `all`. */
export async function implicitLayers(
  name: string,
  variables: InventoryVariables,
  { ansible_playbook_python: python }: Readonly<Record<string, unknown>>,
): Promise<Layer[]> {
  const own = { ansible_connection: "local", ...(python === undefined ? {} : { ansible_python_interpreter: python }) };
  const groups = (await variables.layersOf(name)).map((values) => ({ values, raw: true }));
  return [{ values: await variables.ownOfHost(name, true), raw: true }, { values: own, raw: false }, ...groups];
}
