import type { Inventory, InventoryGroup } from "#inventory/loader/inventory.ts";
import type { InventoryVariables } from "#inventory/loader/inventory-variables.ts";

type Variables = ReadonlyMap<string, unknown>;

export interface ListingRules {
  readonly inventory: Inventory;
  readonly variables: InventoryVariables;
  /** Hosts that a limit leaves. */
  readonly available: ReadonlySet<string>;
  /** Each group's and host's own variables, rather than all a host ends up with. */
  readonly isExport: boolean;
  /** Whether an export takes in the files beside the playbooks: only where their folder was named. */
  readonly exportsPlayFolder: boolean;
  /** `-e`: the strongest variables of every host. */
  readonly extraVariables: Variables;
  /** Whether facts become variables; without it `ansible_local` is always there. */
  readonly injectsFacts: boolean;
}

// Source: ansible-core's INTERNAL_STATIC_VARS, what a listing leaves out.
const INTERNAL = new Set(
  (
    "ansible_async_path ansible_collection_name ansible_config_file ansible_dependent_role_names ansible_diff_mode " +
    "ansible_facts ansible_forks ansible_inventory_sources ansible_limit ansible_play_batch ansible_play_hosts " +
    "ansible_play_hosts_all ansible_play_role_names ansible_playbook_python ansible_role_name ansible_role_names " +
    "ansible_run_tags ansible_skip_tags ansible_verbosity ansible_version inventory_dir inventory_file " +
    "inventory_hostname inventory_hostname_short groups group_names hostvars playbook_dir play_hosts role_name " +
    "role_names role_path role_uuid"
  ).split(" "),
);

/** What ansible-inventory would tell of an inventory, as data in its order. */
export class ListedInventory {
  readonly #rules: ListingRules;

  constructor(rules: ListingRules) {
    this.#rules = rules;
  }

  group(name: string): InventoryGroup | undefined {
    return this.#rules.inventory.groups.get(name);
  }

  /** Variables of a host as a listing shows them; only its own in an export. */
  async hostVariables(host: string): Promise<Variables> {
    const { variables, extraVariables, isExport, exportsPlayFolder, injectsFacts, inventory } = this.#rules;
    if (isExport) return withoutInternal(await variables.ownOfHost(host, exportsPlayFolder));
    const found = await variables.ofHost(host);
    if (!inventory.hosts.has(host)) for (const [name, value] of IMPLICIT) found.set(name, value);
    if (!injectsFacts) found.set("ansible_local", new Map());
    for (const [name, value] of extraVariables) found.set(name, value);
    return withoutInternal(found);
  }

  async groupVariables(group: InventoryGroup): Promise<Variables> {
    const found = await this.#rules.variables.ofGroup(group.name, this.#rules.exportsPlayFolder);
    if (group.priority !== 1) found.set("ansible_group_priority", group.priority);
    return withoutInternal(found);
  }

  /** The dictionary that inventory scripts print: groups by name, and the hosts' variables under `_meta`. */
  async asScript(): Promise<Map<string, unknown>> {
    const groups = await this.#scriptGroups("all", new Set());
    const hostvars = new Map<string, unknown>();
    for (const host of this.#rules.available) {
      const variables = await this.hostVariables(host);
      if (variables.size > 0) hostvars.set(host, variables);
    }
    groups.set(
      "_meta",
      new Map<string, unknown>([
        ["hostvars", hostvars],
        ["profile", "inventory_legacy"],
      ]),
    );
    return groups;
  }

  async #scriptGroups(name: string, seen: Set<string>): Promise<Map<string, unknown>> {
    const found = new Map<string, unknown>();
    const group = this.group(name);
    if (group === undefined) return found;
    const parts = new Map<string, unknown>();
    if (name !== "all") parts.set("hosts", this.#hostsOf(group));
    const children: string[] = [];
    for (const child of group.children) {
      children.push(child);
      if (seen.has(child)) continue;
      for (const [key, value] of await this.#scriptGroups(child, seen)) found.set(key, value);
      seen.add(child);
    }
    parts.set("children", children);
    if (this.#rules.isExport) parts.set("vars", await this.groupVariables(group));
    const whole = withoutEmpty(parts);
    if (whole.size > 0) found.set(name, whole);
    return found;
  }

  /** The nested dictionary that YAML inventories are. */
  async asYaml(): Promise<Map<string, unknown>> {
    return this.#yamlGroup("all", new Set(), new Set());
  }

  async #yamlGroup(name: string, seenGroups: Set<string>, seenHosts: Set<string>): Promise<Map<string, unknown>> {
    const group = this.group(name);
    if (group === undefined) return new Map();
    const parts = new Map<string, unknown>();
    const children = new Map<string, unknown>();
    for (const child of group.children) {
      if (child === "all") continue;
      if (seenGroups.has(child)) children.set(child, new Map());
      else {
        for (const [key, value] of await this.#yamlGroup(child, seenGroups, seenHosts)) children.set(key, value);
        seenGroups.add(child);
      }
    }
    parts.set("children", children);
    const hosts = new Map<string, unknown>();
    for (const host of name === "all" ? [] : this.#hostsOf(group)) {
      hosts.set(host, seenHosts.has(host) ? new Map() : await this.hostVariables(host));
      seenHosts.add(host);
    }
    parts.set("hosts", hosts);
    if (this.#rules.isExport) parts.set("vars", await this.groupVariables(group));
    const whole = withoutEmpty(parts);
    return whole.size > 0 ? new Map([[name, whole]]) : new Map();
  }

  #hostsOf(group: InventoryGroup): string[] {
    return group.hosts.filter((host) => this.#rules.available.has(host));
  }
}

/** What Ansible knows of the host it makes up where no inventory names the machine itself. */
const IMPLICIT: readonly (readonly [string, unknown])[] = [
  ["ansible_python_interpreter", "/usr/bin/python3"],
  ["ansible_connection", "local"],
];

function withoutInternal(variables: ReadonlyMap<string, unknown>): Variables {
  return new Map([...variables].filter(([name]) => !INTERNAL.has(name)));
}

function withoutEmpty(parts: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return new Map(
    [...parts].filter(([, value]) =>
      value instanceof Map ? value.size > 0 : (value as readonly unknown[]).length > 0,
    ),
  );
}
