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
  readonly variables: RawVariables;
}

/** Hosts and groups of all sources together, as Ansible sees them. */
export class Inventory {
  readonly hosts: ReadonlyMap<string, InventoryHost>;
  /** In the order first named; `all` and `ungrouped` are always there. */
  readonly groups: ReadonlyMap<string, InventoryGroup>;
  /** Folders of the sources: where their group_vars/ and host_vars/ lie. */
  readonly folders: readonly string[];
  /** Files given as sources, as they were given. */
  readonly sources: readonly string[];
  readonly #members = new Map<string, readonly string[]>();
  readonly #groupsOf: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(
    hosts: ReadonlyMap<string, InventoryHost>,
    groups: ReadonlyMap<string, InventoryGroup>,
    folders: readonly string[],
    sources: readonly string[],
  ) {
    this.hosts = hosts;
    this.groups = groups;
    this.folders = folders;
    this.sources = sources;
    const groupsOf = new Map<string, Set<string>>([...hosts.keys()].map((name) => [name, new Set<string>()]));
    for (const group of groups.keys()) for (const host of this.hostsOf(group)) groupsOf.get(host)?.add(group);
    this.#groupsOf = groupsOf;
  }

  /** Hosts of a group and of all below it, in Ansible's order: nearest groups first. */
  hostsOf(group: string): readonly string[] {
    const known = this.#members.get(group);
    if (known !== undefined) return known;
    const seen = new Set<string>([group]);
    const queue = [group];
    const hosts = new Set<string>();
    for (let at = 0; at < queue.length; at++) {
      const current = this.groups.get(queue[at] ?? "");
      for (const host of current?.hosts ?? []) hosts.add(host);
      for (const child of current?.children ?? []) {
        if (!seen.has(child)) queue.push(child);
        seen.add(child);
      }
    }
    const list = [...hosts];
    this.#members.set(group, list);
    return list;
  }

  /** The groups a host is in, `all` left out, those that win last: by depth, priority and name. */
  groupsOf(host: string): readonly InventoryGroup[] {
    const names = this.#groupsOf.get(host) ?? new Set<string>();
    return [...names]
      .filter((name) => name !== "all")
      .flatMap((name) => this.groups.get(name) ?? [])
      .sort((a, b) => a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : 1));
  }
}
