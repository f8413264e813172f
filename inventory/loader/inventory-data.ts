import { dirname } from "node:path";
import { WholeFloat } from "../kernel/yaml.ts";
import { type GroupNameRule, groupName } from "./group-names.ts";
import { GroupMember, HostMember } from "./members.ts";
import { type HashBehaviour, merged } from "./merge.ts";

/** How names and variables are taken in. */
export interface DataRules {
  readonly groupNames: GroupNameRule;
  readonly hashBehaviour: HashBehaviour;
  warn(text: string): void;
}

/** A source hosts may be first named in: a file, or a list of hosts, which has no place. */
export interface SourcePlace {
  readonly path: string;
  readonly isFile: boolean;
}

const LOCAL_NAMES = ["localhost", "127.0.0.1", "::1"];

/**
 * Hosts and groups while sources add to them, by the rules of ansible-core's inventory/data.py. Later sources add to and win
 * over earlier ones; what one added before it failed stays. RangeErrors say what cannot be added.
 */
export class InventoryData {
  readonly hosts = new Map<string, HostMember>();
  readonly groups = new Map<string, GroupMember>();
  /** Set while a source is read. */
  source: SourcePlace | undefined;
  readonly #rules: DataRules;
  #localName: string | undefined;

  constructor(rules: DataRules) {
    this.#rules = rules;
    this.addGroup("all");
    this.addGroup("ungrouped");
    this.addChild("all", "ungrouped");
  }

  /** Adds a group if there is none; the name it really has. */
  addGroup(name: unknown): string {
    if (name === "" || name === null || name === false || name === 0)
      throw new RangeError(`Invalid empty/false group name provided: ${String(name ?? "None")}`);
    if (typeof name !== "string")
      throw new RangeError(`Invalid group name supplied, expected a string but got ${String(name)}`);
    if (this.groups.has(name)) return name;
    const { name: safe, warning } = groupName(name, this.#rules.groupNames);
    if (warning !== undefined) this.#rules.warn(warning);
    if (!this.groups.has(safe)) this.groups.set(safe, new GroupMember(safe));
    return safe;
  }

  group(name: string): GroupMember {
    const group = this.groups.get(name);
    if (group === undefined) throw new RangeError(`Could not find group ${name} in inventory`);
    return group;
  }

  addHost(name: unknown, group?: string, port?: number): HostMember {
    if (name === "" || name === null)
      throw new RangeError(`Invalid empty host name provided: ${String(name ?? "None")}`);
    if (typeof name !== "string")
      throw new RangeError(`Invalid host name supplied, expected a string but got ${String(name)}`);
    const into = group === undefined ? undefined : this.group(group);
    let host = this.hosts.get(name);
    if (host === undefined) {
      host = new HostMember(name);
      this.hosts.set(name, host);
      if (port !== undefined && port !== 0) host.variables.set("ansible_port", port);
      host.variables.set("inventory_file", this.source?.path ?? null);
      host.variables.set("inventory_dir", this.source?.isFile === true ? dirname(this.source.path) : null);
      this.#noteLocal(name);
    }
    into?.addHost(host);
    return host;
  }

  #noteLocal(name: string): void {
    if (!LOCAL_NAMES.includes(name)) return;
    if (this.#localName === undefined) this.#localName = name;
    else
      this.#rules.warn(
        `A duplicate localhost-like entry was found (${name}). First found localhost was ${this.#localName}`,
      );
  }

  /** Makes a group or else a host of that name a member of a group. */
  addChild(parent: string, name: string): void {
    const group = this.groups.get(parent);
    if (group === undefined) throw new RangeError(`${parent} is not a known group`);
    const [child, host] = [this.groups.get(name), this.hosts.get(name)];
    if (child !== undefined) group.addChild(child);
    else if (host !== undefined) group.addHost(host);
    else throw new RangeError(`${name} is not a known host nor group`);
  }

  /** Sets a variable of the group of that name, or else of the host. */
  setVariable(entity: string, key: unknown, value: unknown): void {
    const group = this.groups.get(entity);
    const name = String(key);
    if (group !== undefined && name === "ansible_group_priority") {
      group.priority = priorityOf(value);
      return;
    }
    const variables = (group ?? this.hosts.get(entity))?.variables;
    if (variables === undefined) throw new RangeError(`Could not identify group or host named ${entity}`);
    const isMerged = this.#rules.hashBehaviour === "merge";
    // Every variable has a value of its own, whatever the source shares between them.
    const own = copied(value);
    variables.set(name, isMerged ? merged(variables.get(name), own) : own);
  }

  /** Puts loose groups under `all` and loose hosts under `ungrouped`: once, when every source is read. Throws RangeError for a loop. */
  reconcile(): void {
    const [all, ungrouped] = [this.group("all"), this.group("ungrouped")];
    for (const group of this.groups.values()) if (group !== all && group.parents.size === 0) all.addChild(group);
    for (const host of this.hosts.values()) {
      const hasOther = [...host.groups].some((group) => group !== all && group !== ungrouped);
      if (hasOther) ungrouped.removeHost(host);
      // As in Ansible by name, which a group may have too.
      else if (!host.groups.has(ungrouped)) this.addChild("ungrouped", host.name);
    }
    for (const name of this.groups.keys())
      if (this.hosts.has(name)) this.#rules.warn(`Found both group and host with same name: ${name}`);
  }
}

function priorityOf(value: unknown): number {
  const digits = typeof value === "string" ? value.trim().replaceAll("_", "") : undefined;
  if (digits !== undefined && /^[-+]?\d+$/.test(digits)) return Number(digits);
  const number = value instanceof WholeFloat ? value.value : value;
  if (typeof number === "number" || typeof number === "bigint" || typeof number === "boolean") {
    if (Number.isFinite(Number(number))) return Math.trunc(Number(number));
  }
  throw new RangeError(`ansible_group_priority must be a whole number, not ${JSON.stringify(value) ?? "nothing"}`);
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied);
  return value instanceof Map
    ? new Map([...value].map(([key, item]): [unknown, unknown] => [key, copied(item)]))
    : value;
}
