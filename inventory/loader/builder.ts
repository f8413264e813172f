import { Inventory, type InventoryGroup } from "./inventory.ts";

interface GroupDraft {
  hosts: Set<string>;
  children: Set<string>;
  variables: Map<string, unknown>;
}

/** Collects hosts and groups from several sources; later ones add to and win over earlier ones. */
export class InventoryBuilder {
  readonly #hosts = new Map<string, Map<string, unknown>>();
  readonly #groups = new Map<string, GroupDraft>();

  constructor() {
    this.addGroup("all");
    this.addGroup("ungrouped");
  }

  addGroup(name: string): void {
    if (!this.#groups.has(name))
      this.#groups.set(name, { hosts: new Set(), children: new Set(), variables: new Map() });
  }

  hasGroup(name: string): boolean {
    return this.#groups.has(name);
  }

  addHost(name: string, group?: string): void {
    if (!this.#hosts.has(name)) this.#hosts.set(name, new Map());
    if (group !== undefined) this.#draft(group).hosts.add(name);
  }

  addChild(parent: string, child: string): void {
    this.addGroup(child);
    if (parent !== child) this.#draft(parent).children.add(child);
  }

  setHostVariable(host: string, name: string, value: unknown): void {
    this.addHost(host);
    this.#hosts.get(host)?.set(name, value);
  }

  setGroupVariable(group: string, name: string, value: unknown): void {
    this.#draft(group).variables.set(name, value);
  }

  #draft(group: string): GroupDraft {
    this.addGroup(group);
    const draft = this.#groups.get(group);
    if (draft === undefined) throw new RangeError(group);
    return draft;
  }

  /** Puts loose hosts under `ungrouped` and loose groups under `all`, as Ansible does when all sources are read. */
  build(folders: readonly string[], sources: readonly string[]): Inventory {
    const all = this.#draft("all");
    const ungrouped = this.#draft("ungrouped");
    const parented = new Set([...this.#groups.values()].flatMap((group) => [...group.children]));
    const grouped = new Set<string>();
    for (const [name, group] of this.#groups)
      if (name !== "all" && name !== "ungrouped") for (const host of group.hosts) grouped.add(host);
    for (const host of this.#hosts.keys()) {
      if (grouped.has(host)) ungrouped.hosts.delete(host);
      else ungrouped.hosts.add(host);
    }
    all.children.add("ungrouped");
    for (const name of this.#groups.keys()) if (name !== "all" && !parented.has(name)) all.children.add(name);
    const depths = this.#depths();
    const groups = new Map<string, InventoryGroup>();
    for (const [name, draft] of this.#groups) {
      const priority = Number(draft.variables.get("ansible_group_priority") ?? 1);
      const parents = [...this.#groups].filter(([, other]) => other.children.has(name)).map(([parent]) => parent);
      groups.set(name, {
        name,
        hosts: [...draft.hosts],
        children: [...draft.children],
        parents,
        variables: draft.variables,
        depth: depths.get(name) ?? 1,
        priority,
      });
    }
    const hosts = new Map([...this.#hosts].map(([name, variables]) => [name, { name, variables }]));
    return new Inventory(hosts, groups, folders, sources);
  }

  /** The longest way from `all` to each group. */
  #depths(): Map<string, number> {
    const depths = new Map<string, number>([["all", 0]]);
    const visit = (name: string, path: ReadonlySet<string>) => {
      for (const child of this.#groups.get(name)?.children ?? []) {
        if (path.has(child)) continue;
        const depth = (depths.get(name) ?? 0) + 1;
        if ((depths.get(child) ?? 0) >= depth) continue;
        depths.set(child, depth);
        visit(child, new Set([...path, child]));
      }
    };
    visit("all", new Set(["all"]));
    return depths;
  }
}
