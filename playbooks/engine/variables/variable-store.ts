import { dirname } from "node:path";
import type { Inventory } from "#inventory/loader/inventory.ts";
import { InventoryVariables } from "#inventory/loader/inventory-variables.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { HostDirectory } from "#inventory/select/patterns.ts";
import type { Templar } from "../expression/templar.ts";
import type { Directives, Play, Role } from "../loader/nodes.ts";
import { HostScope, HostVariables, type Layer, namedValues } from "./host-scope.ts";
import { omit } from "./omit.ts";

/** What one host has learnt during a run. */
interface HostState {
  readonly facts: Map<string, unknown>;
  /** `set_fact` and `register`. */
  readonly kept: Map<string, unknown>;
  readonly included: Map<string, unknown>;
  /** `vars_files` of the play that runs. */
  readonly files: Map<string, unknown>;
  readonly inventory: readonly Layer[];
}

/** What is true of the play that runs, for the magic variables. */
export interface PlayFrame {
  readonly play: Play;
  readonly allHosts: readonly string[];
  readonly batch: readonly string[];
  /** Hosts of the batch that neither failed nor vanished. */
  remaining(): readonly string[];
}

export interface StoreOptions {
  readonly inventory: Inventory;
  readonly templar: Templar;
  readonly vault: VaultValues;
  readonly extraVariables: Readonly<Record<string, unknown>>;
  readonly playbookFolder: string;
  /** Magic variables that stay the same for the whole run. */
  readonly constants: Readonly<Record<string, unknown>>;
}

/** Variables of every host, by Ansible's 22 levels of precedence. Nothing is templated before it is used. */
export class VariableStore {
  readonly #options: StoreOptions;
  readonly #hosts = new Map<string, HostState>();
  readonly #groups: Map<string, readonly string[]>;
  readonly #addedHosts = new Map<string, { variables: Map<string, unknown>; groups: Set<string> }>();
  #frame: PlayFrame | undefined;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.#groups = new Map([...options.inventory.groups.keys()].map((name) => [name, options.inventory.hostsOf(name)]));
  }

  /** Reads group_vars and host_vars of the given hosts, beside the inventory and beside the playbook. */
  static async open(options: StoreOptions): Promise<VariableStore> {
    const store = new VariableStore(options);
    const variables = new InventoryVariables(options.inventory, {
      vault: options.vault,
      playFolder: options.playbookFolder,
    });
    for (const name of options.inventory.hosts.keys())
      store.#addState(
        name,
        (await variables.layersOf(name)).map((values) => ({ values, raw: true })),
      );
    return store;
  }

  #addState(host: string, inventory: readonly Layer[]): HostState {
    const used = inventory.filter((layer) => (layer.values instanceof Map ? layer.values.size > 0 : true));
    const state = { facts: new Map(), kept: new Map(), included: new Map(), files: new Map(), inventory: used };
    this.#hosts.set(host, state);
    return state;
  }

  #state(host: string): HostState {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    const isLocal = ["localhost", "127.0.0.1", "::1"].includes(host);
    return this.#addState(host, isLocal ? [{ values: { ansible_connection: "local" }, raw: false }] : []);
  }

  get templar(): Templar {
    return this.#options.templar;
  }

  /** The inventory with what the run added to it. */
  directory(): HostDirectory {
    const hosts = this.#hosts;
    const groups = this.#groups;
    return { groups, hosts, hostsOf: (group) => groups.get(group) ?? [] };
  }

  hosts(): readonly string[] {
    return [...this.#hosts.keys()];
  }

  enterPlay(frame: PlayFrame): void {
    this.#frame = frame;
  }

  clearPlay(): void {
    for (const state of this.#hosts.values()) {
      state.files.clear();
    }
  }

  /** Facts by their names without `ansible_`. */
  facts(host: string): ReadonlyMap<string, unknown> {
    return shortFacts(this.#state(host).facts);
  }

  /** Takes facts by the names modules give them (`ansible_distribution`). */
  addFacts(host: string, facts: ReadonlyMap<string, unknown>): void {
    for (const [name, value] of facts) this.#state(host).facts.set(name, value);
  }

  clearFacts(host: string): void {
    this.#state(host).facts.clear();
  }

  keep(host: string, name: string, value: unknown): void {
    this.#state(host).kept.set(name, value);
  }

  include(host: string, variables: ReadonlyMap<string, unknown>): void {
    for (const [name, value] of variables) this.#state(host).included.set(name, value);
  }

  setFiles(host: string, variables: ReadonlyMap<string, unknown>): void {
    const { files } = this.#state(host);
    files.clear();
    for (const [name, value] of variables) files.set(name, value);
  }

  addHost(name: string, groups: readonly string[], variables: ReadonlyMap<string, unknown>): boolean {
    const isNew = !this.#hosts.has(name);
    let added = this.#addedHosts.get(name);
    if (added === undefined) {
      added = { variables: new Map(), groups: new Set() };
      this.#addedHosts.set(name, added);
    }
    for (const [key, value] of variables) added.variables.set(key, value);
    if (isNew) this.#addState(name, [{ values: added.variables, raw: false }]);
    else
      this.#hosts.set(name, {
        ...this.#state(name),
        inventory: [{ values: added.variables, raw: false }, ...this.#state(name).inventory],
      });
    const changed = [...groups, "all"].filter((group) => this.addToGroup(name, group));
    return isNew || changed.length > 0;
  }

  addToGroup(host: string, group: string): boolean {
    const members = this.#groups.get(group) ?? [];
    if (members.includes(host)) return false;
    this.#groups.set(group, [...members, host]);
    return true;
  }

  /** What a task on a host sees. Without directives: what other hosts see of it through `hostvars`. */
  scope(host: string, directives?: Directives, top: readonly Layer[] = []): HostScope {
    const state = this.#state(host);
    const { extraVariables, templar } = this.#options;
    const play = this.#frame?.play;
    const layers: Layer[] = [
      ...top,
      { values: this.#magic(host, directives), raw: false },
      { values: extraVariables, raw: true },
    ];
    const role = directives?.role;
    if (role !== undefined) layers.push(...rolesUp(role).map((part) => ({ values: part.parameters, raw: true })));
    layers.push({ values: state.kept, raw: false }, { values: state.included, raw: true });
    for (let at = directives; at !== undefined && at !== play?.directives; at = at.outer) {
      if (at.given !== undefined) layers.push({ values: at.given, raw: false });
      const own = at.keywords.get("vars");
      if (own instanceof Map) layers.push({ values: own as ReadonlyMap<string, unknown>, raw: true });
    }
    if (role !== undefined) layers.push(...rolesUp(role).map((part) => ({ values: part.variables, raw: true })));
    if (play !== undefined) {
      layers.push(...[...play.roles].reverse().map((part) => ({ values: part.variables, raw: true })));
      layers.push({ values: state.files, raw: true });
      for (let at: Directives | undefined = play.directives; at !== undefined; at = at.outer)
        layers.push({ values: namedValues(at.keywords.get("vars")), raw: true });
    }
    layers.push({ values: factVariables(state.facts), raw: false }, ...state.inventory);
    if (role !== undefined) layers.push(...rolesUp(role).map((part) => ({ values: part.defaults, raw: true })));
    if (play !== undefined)
      layers.push(...[...play.roles].reverse().map((part) => ({ values: part.defaults, raw: true })));
    const used = layers.filter((layer) => !(layer.values instanceof Map) || layer.values.size > 0);
    return new HostScope(templar, used);
  }

  #magic(host: string, directives: Directives | undefined): Readonly<Record<string, unknown>> {
    const { inventory, constants, playbookFolder } = this.#options;
    const groups = this.#groups;
    const frame = this.#frame;
    const role = directives?.role;
    const store = this;
    const folder = inventory.folders[0];
    return {
      ...constants,
      inventory_hostname: host,
      inventory_hostname_short: host.split(".")[0] ?? host,
      playbook_dir: frame?.play.folder ?? playbookFolder,
      ...(folder === undefined ? {} : { inventory_dir: folder, inventory_file: inventory.sources[0] }),
      omit,
      get group_names() {
        const names = [...groups]
          .filter(([name, members]) => name !== "all" && members.includes(host))
          .map(([name]) => name);
        return names.length > 1 ? names.filter((name) => name !== "ungrouped").sort() : names.sort();
      },
      get groups() {
        return groups;
      },
      get hostvars() {
        return new HostVariables(
          () => store.hosts(),
          (name) =>
            store.#hosts.has(name) || ["localhost", "127.0.0.1"].includes(name) ? store.scope(name) : undefined,
        );
      },
      ...(frame === undefined
        ? {}
        : {
            ansible_play_name: frame.play.name,
            ansible_play_hosts_all: frame.allHosts,
            ansible_play_batch: frame.batch.filter((name) => frame.remaining().includes(name)),
            ansible_play_hosts: frame.remaining(),
            play_hosts: frame.remaining(),
            ansible_play_role_names: frame.play.roles.map((part) => part.name),
            ansible_role_names: frame.play.roles.map((part) => part.name),
            role_names: frame.play.roles.map((part) => part.name),
          }),
      ...(role === undefined
        ? {}
        : {
            role_name: role.name,
            ansible_role_name: role.name,
            role_path: role.path,
            ansible_parent_role_names: rolesUp(role)
              .slice(1)
              .map((part) => part.name),
            ansible_parent_role_paths: rolesUp(role)
              .slice(1)
              .map((part) => part.path),
          }),
      ansible_search_path: searchPath(directives, frame?.play.folder ?? playbookFolder),
      environment: [],
    };
  }
}

function rolesUp(role: Role): Role[] {
  const roles: Role[] = [];
  for (let at: Role | undefined = role; at !== undefined; at = at.parent) roles.push(at);
  return roles;
}

/** Folders where a task's files are looked for: its roles, its own file's, the playbook's. */
export function searchPath(directives: Directives | undefined, playFolder: string): string[] {
  const folders = directives?.role === undefined ? [] : rolesUp(directives.role).map((role) => role.path);
  if (directives !== undefined)
    folders.push(
      directives.folder.endsWith("/tasks") && directives.role !== undefined
        ? dirname(directives.folder)
        : directives.folder,
    );
  folders.push(playFolder);
  return [...new Set(folders)];
}

/** Facts as variables: each by its own name, and under `ansible_facts` without `ansible_`. */
function factVariables(facts: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([["ansible_facts", shortFacts(facts)], ...facts]);
}

function shortFacts(facts: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map(
    [...facts].map(([name, value]) => [name === "ansible_local" ? name : name.replace(/^ansible_/, ""), value]),
  );
}
