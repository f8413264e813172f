/** A group as sources build it up. Orders are those of naming; every set is one of objects of one {@link InventoryData}. */
export class GroupMember {
  readonly name: string;
  readonly hosts = new Set<HostMember>();
  readonly children = new Set<GroupMember>();
  readonly parents = new Set<GroupMember>();
  readonly variables = new Map<string, unknown>();
  /** The longest way from a group without parents. */
  depth = 0;
  priority = 1;

  constructor(name: string) {
    this.name = name;
  }

  /** All groups this one is in, at any distance. */
  ancestors(): Set<GroupMember> {
    return reach(this, (group) => group.parents);
  }

  /** Hosts of the group and of all below it. */
  allHosts(): Set<HostMember> {
    const hosts = new Set(this.hosts);
    for (const group of reach(this, (each) => each.children)) for (const host of group.hosts) hosts.add(host);
    return hosts;
  }

  /** Makes `child` a member; false where it already is one. Throws RangeError where that would close a loop. */
  addChild(child: GroupMember): boolean {
    if (child === this) throw new RangeError("can't add group to itself");
    if (this.children.has(child)) return false;
    const added = this.ancestors();
    if (added.has(child))
      throw new RangeError(
        `Adding group '${child.name}' as child to '${this.name}' creates a recursive dependency loop.`,
      );
    added.add(this);
    this.children.add(child);
    child.#deepen(this.depth + 1);
    child.parents.add(this);
    for (const host of child.allHosts()) for (const group of added) host.groups.add(group);
    return true;
  }

  addHost(host: HostMember): void {
    if (this.hosts.has(host)) return;
    this.hosts.add(host);
    for (const group of this.ancestors()) host.groups.add(group);
    host.groups.add(this);
  }

  /** Takes a host out, and out of the groups it was in only through this one. */
  removeHost(host: HostMember): void {
    if (!this.hosts.delete(host)) return;
    host.groups.delete(this);
    for (const group of this.ancestors()) {
      const isKept = group.name === "all" || [...host.groups].some((other) => other.ancestors().has(group));
      if (!isKept) host.groups.delete(group);
    }
  }

  #deepen(depth: number): void {
    if (this.depth >= depth) return;
    this.depth = depth;
    for (const child of this.children) child.#deepen(depth + 1);
  }
}

/** A host as sources build it up. */
export class HostMember {
  readonly name: string;
  /** Every group it is in, at any distance. */
  readonly groups = new Set<GroupMember>();
  readonly variables = new Map<string, unknown>();

  constructor(name: string) {
    this.name = name;
  }
}

function reach(from: GroupMember, next: (group: GroupMember) => Iterable<GroupMember>): Set<GroupMember> {
  const found = new Set<GroupMember>(next(from));
  for (const group of found) for (const further of next(group)) found.add(further);
  return found;
}

/** Groups from the weakest to the strongest: by depth, priority and name. */
export function byStrength(groups: Iterable<GroupMember>): GroupMember[] {
  return [...groups].sort((a, b) => a.depth - b.depth || a.priority - b.priority || (a.name < b.name ? -1 : 1));
}
