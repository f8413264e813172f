import { inventorySettings } from "../settings/inventory-settings.ts";
import type { Settings } from "../settings/settings.ts";
import type { Inventory, InventoryGroup, RawVariables } from "./inventory.ts";
import { type HashBehaviour, mergeInto } from "./merge.ts";
import { type RunStage, runsAt } from "./run-stage.ts";
import { VariableFiles, type VariableKind } from "./variable-files.ts";
import type { VaultValues } from "./vault-values.ts";

export interface VariableRules {
  readonly vault: VaultValues;
  /** The folder beside whose playbooks group_vars/ and host_vars/ may lie; none unless given. */
  readonly playFolder?: string;
  readonly settings?: Settings;
  readonly stage?: RunStage;
  readonly warn?: (text: string) => void;
}

const USUAL = inventorySettings.precedence.fallback;

/** What an inventory and the files beside it say of each host and group, by Ansible's precedence. */
export class InventoryVariables {
  readonly hashBehaviour: HashBehaviour;
  readonly #inventory: Inventory;
  readonly #files: VariableFiles;
  readonly #playFolder: string | undefined;
  readonly #precedence: readonly string[];
  readonly #readsFiles: boolean;

  constructor(inventory: Inventory, rules: VariableRules) {
    const { settings, vault, warn } = rules;
    this.#inventory = inventory;
    this.#playFolder = rules.playFolder;
    this.#precedence = settings?.get(inventorySettings.precedence) ?? USUAL;
    this.#readsFiles = settings === undefined || runsAt(settings, rules.stage ?? "task");
    this.hashBehaviour = settings?.get(inventorySettings.hashBehaviour) ?? "replace";
    this.#files = new VariableFiles({
      vault,
      hashBehaviour: this.hashBehaviour,
      ...(settings === undefined ? {} : { extensions: settings.get(inventorySettings.yamlExtensions) }),
      ...(warn === undefined ? {} : { warn }),
    });
    for (const entry of this.#precedence)
      if (!USUAL.includes(entry)) warn?.(`Ignoring unknown variable precedence entry: ${entry}`);
  }

  /** Variables of a host from the strongest to the weakest: its files and own variables, then those of its groups. */
  async layersOf(host: string): Promise<RawVariables[]> {
    const weakestFirst: RawVariables[] = [];
    const groups = this.#inventory.groupsOf(host);
    for (const entry of this.#precedence) weakestFirst.push(...(await this.#entry(entry, groups)));
    weakestFirst.push(this.#inventory.hosts.get(host)?.variables ?? new Map());
    weakestFirst.push(...(await this.#ofSources("host_vars", [host])), ...(await this.#ofPlay("host_vars", [host])));
    return weakestFirst.reverse().filter((layer) => layer.size > 0);
  }

  /** All variables of a host, each as the strongest place says. */
  async ofHost(host: string): Promise<Map<string, unknown>> {
    return this.#flat(await this.layersOf(host));
  }

  /** A host's own variables and those of its files, without its groups'; of the play folder's files too where wanted. */
  async ownOfHost(host: string, withPlay: boolean): Promise<Map<string, unknown>> {
    const own = this.#inventory.hosts.get(host)?.variables ?? new Map<string, unknown>();
    const files = await this.#ofSources("host_vars", [host]);
    if (withPlay) files.push(...(await this.#ofPlay("host_vars", [host])));
    return this.#flat([own, ...files].reverse());
  }

  /** A group's own variables and those of its files; of the play folder's files too where wanted. */
  async ofGroup(group: string, withPlay: boolean): Promise<Map<string, unknown>> {
    const own = this.#inventory.groups.get(group)?.variables ?? new Map<string, unknown>();
    const files = await this.#ofSources("group_vars", [group]);
    if (withPlay) files.push(...(await this.#ofPlay("group_vars", [group])));
    return this.#flat([own, ...files].reverse());
  }

  #flat(strongestFirst: readonly RawVariables[]): Map<string, unknown> {
    const found = new Map<string, unknown>();
    for (const layer of strongestFirst.toReversed()) mergeInto(found, layer, this.hashBehaviour);
    return found;
  }

  async #entry(entry: string, groups: readonly InventoryGroup[]): Promise<RawVariables[]> {
    const names = groups.map((group) => group.name);
    const all = this.#inventory.groups.get("all");
    if (entry === "all_inventory") return all === undefined ? [] : [all.variables];
    if (entry === "groups_inventory") return groups.map((group) => group.variables);
    if (entry === "all_plugins_inventory") return this.#ofSources("group_vars", ["all"]);
    if (entry === "all_plugins_play") return this.#ofPlay("group_vars", ["all"]);
    if (entry === "groups_plugins_inventory") return this.#ofSources("group_vars", names);
    return entry === "groups_plugins_play" ? this.#ofPlay("group_vars", names) : [];
  }

  async #ofSources(kind: VariableKind, names: readonly string[]): Promise<RawVariables[]> {
    const found: RawVariables[] = [];
    for (const folder of this.#inventory.folders) found.push(...(await this.#inFolder(folder, kind, names)));
    return found;
  }

  async #ofPlay(kind: VariableKind, names: readonly string[]): Promise<RawVariables[]> {
    return this.#playFolder === undefined ? [] : this.#inFolder(this.#playFolder, kind, names);
  }

  async #inFolder(folder: string, kind: VariableKind, names: readonly string[]): Promise<RawVariables[]> {
    if (!this.#readsFiles) return [];
    const found: RawVariables[] = [];
    for (const name of names) found.push(await this.#files.of(folder, kind, name));
    return found;
  }
}
