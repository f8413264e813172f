import type { InventoryData } from "./inventory-data.ts";
import { byStrength } from "./members.ts";

/** Variables as written: mappings are `Map`s, texts may be templates. */
export type RawVariables = ReadonlyMap<string, unknown>;

export interface InventoryGroup {
  readonly name: string;
  /** Hosts named directly under the group, in order. */
  readonly hosts: readonly string[];
  readonly children: readonly string[];
  readonly parents: readonly string[];
  readonly variables: RawVariables;
  /** Farther from `all` is larger and wins. */
  readonly depth: number;
  /** `ansible_group_priority`, which decides among groups of one depth. */
  readonly priority: number;
}

export interface InventoryHost {
  readonly name: string;
  /** Its own, with `inventory_file` and `inventory_dir`: where it was first named (null for a list of hosts). */
  readonly variables: RawVariables;
}

/** Hosts and groups of all sources together, as Ansible sees them. */
export class Inventory {
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  /** In the order first named; `all` and `ungrouped` are always there. */
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** Folders of the sources: where their group_vars/ and host_vars/ lie. Later ones win. */
  readonly folders: readonly string[];
  /** Files given as sources, as they were given. */
  readonly sources: readonly string[];
  readonly #members = new Map<string, readonly string[]>();
  readonly #groupsOf = new Map<string, readonly InventoryGroup[]>();

  constructor(data: InventoryData, folders: readonly string[], sources: readonly string[]) {
    this.hosts = data.hosts;
    this.folders = folders;
    this.sources = sources;
    const groups = new Map<string, InventoryGroup>();
    for (const { name, hosts, children, parents, variables, depth, priority } of data.groups.values()) {
      groups.set(name, {
        name,
        hosts: namesOf(hosts),
        children: namesOf(children),
        parents: namesOf(parents),
        variables,
        depth,
        priority,
      });
    }
    this.groups = groups;
    for (const host of data.hosts.values()) {
      const own = byStrength(host.groups).filter((group) => group.name !== "all");
      this.#groupsOf.set(
        host.name,
        own.flatMap((group) => groups.get(group.name) ?? []),
      );
    }
  }

  /** Hosts of a group and of all below it, in Ansible's order: nearest groups first. */
  hostsOf(group: string): readonly string[] {
    const known = this.#members.get(group);
    if (known !== undefined) return known;
    const hosts = new Set<string>();
    const queue = new Set([group]);
    for (const name of queue) {
      const current = this.groups.get(name);
      for (const host of current?.hosts ?? []) hosts.add(host);
      for (const child of current?.children ?? []) queue.add(child);
    }
    const list = [...hosts];
    this.#members.set(group, list);
    return list;
  }

  /** The groups a host is in, `all` left out, those that win last: by depth, priority and name. */
  groupsOf(host: string): readonly InventoryGroup[] {
    return this.#groupsOf.get(host) ?? [];
  }
}

function namesOf(members: Iterable<{ readonly name: string }>): string[] {
  return Array.from(members, ({ name }) => name);
}
