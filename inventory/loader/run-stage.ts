import { inventorySettings } from "../settings/inventory-settings.ts";
import type { Settings } from "../settings/settings.ts";

/** When variables of files are taken in: with the inventory, when a task needs them, or for a listing of everything. */
export type RunStage = "inventory" | "task" | "all";

/** Whether settings want group_vars and host_vars read at a stage. */
export function runsAt(settings: Settings, stage: RunStage): boolean {
  const enabled = settings.get(inventorySettings.variablePlugins);
  if (!enabled.some((name) => name === "host_group_vars" || name === "ansible.builtin.host_group_vars")) return false;
  const own = settings.get(inventorySettings.variableStage);
  if (own !== undefined) return own === "all" || own === stage;
  const when = settings.get(inventorySettings.runVariablePlugins);
  if (stage === "inventory") return when !== "demand";
  return stage !== "task" || when !== "start";
}
