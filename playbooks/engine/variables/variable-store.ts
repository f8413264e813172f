import type { Inventory } from "#inventory/loader/inventory.ts";
import { InventoryVariables } from "#inventory/loader/inventory-variables.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { HostDirectory } from "#inventory/select/patterns.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import type { Templar } from "../expression/templar.ts";
import { dictEntries, isDict, makeDict } from "../expression/values.ts";
import { type Directives, nearest, type Play, type Role } from "../loader/nodes.ts";
import { FactCache, type FactCacheSettings } from "./fact-cache.ts";
import { factVariables, shortFacts } from "./fact-variables.ts";
import { HostScope, type Layer, namedValues } from "./host-scope.ts";
import { implicitLayers, LOCAL_NAMES } from "./implicit-localhost.ts";
import { magicVariables, rolesUp } from "./magic-variables.ts";
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
  /** A host was added while the play runs: `ansible_play_hosts_all` shows it. */
  meet(host: string): void;
  /** The inventory was read anew: the play's hosts may be others. */
  refresh(): Promise<void>;
  /** Hosts of the batch that neither failed nor vanished. */
  remaining(): readonly string[];
  /** Hosts of the batch that failed. */
  failed(): readonly string[];
  /** Hosts of the play, in this batch or an earlier one, that take no more part. */
  removed(): readonly string[];
}

export interface StoreOptions {
  readonly inventory: Inventory;
  readonly templar: Templar;
  readonly vault: VaultValues;
  readonly extraVariables: Readonly<Record<string, unknown>>;
  readonly playbookFolder: string;
  /** Magic variables that stay the same for the whole run. */
  readonly constants: Readonly<Record<string, unknown>>;
  readonly hashBehaviour: "replace" | "merge";
  /** Where facts are kept from run to run; nowhere unless given. */
  readonly factCache?: FactCacheSettings | undefined;
  /** Whether facts are variables of their own besides `ansible_facts`. */
  readonly injectFacts: boolean;
  /** Play keywords as the command line gives them. */
  readonly keywords: Readonly<Record<string, unknown>>;
  /** How files of variables are found and take precedence; as usual unless given. */
  readonly inventorySettings?: Settings | undefined;
  /** Reads the inventory once more. */
  reload(): Promise<Inventory>;
}

/** Variables of every host, by Ansible's 22 levels of precedence. Nothing is templated before it is used. */
export class VariableStore {
  #options: StoreOptions;
  readonly #cache: FactCache | undefined;
  readonly #hosts = new Map<string, HostState>();
  /** What is known of this machine by a name that the inventory does not have. */
  readonly #implicit = new Map<string, readonly Layer[]>();
  /** Changed where it is: `groups` of every scope shows it. */
  readonly #groups: Map<string, readonly string[]>;
  readonly #addedHosts = new Map<string, { variables: Map<string, unknown>; groups: Set<string> }>();
  readonly #memberships = new Map<string, readonly string[]>();
  readonly #addedGroups = new Map<string, Set<string>>();
  #frame: PlayFrame | undefined;

  private constructor(options: StoreOptions) {
    this.#options = options;
    this.#cache = options.factCache === undefined ? undefined : new FactCache(options.factCache);
    this.#groups = new Map([...options.inventory.groups.keys()].map((name) => [name, options.inventory.hostsOf(name)]));
  }

  /** Reads group_vars and host_vars of the given hosts, beside the inventory and beside the playbook. */
  static async open(options: StoreOptions): Promise<VariableStore> {
    const store = new VariableStore(options);
    const variables = new InventoryVariables(options.inventory, {
      vault: options.vault,
      playFolder: options.playbookFolder,
      ...(options.inventorySettings === undefined ? {} : { settings: options.inventorySettings }),
    });
    for (const name of options.inventory.hosts.keys())
      store.#addState(
        name,
        (await variables.layersOf(name)).map((values) => ({ values, raw: true })),
      );
    for (const name of LOCAL_NAMES)
      if (!store.#hosts.has(name)) store.#implicit.set(name, await implicitLayers(name, variables, options.constants));
    return store;
  }

  #addState(host: string, inventory: readonly Layer[]): HostState {
    const used = inventory.filter((layer) => (layer.values instanceof Map ? layer.values.size > 0 : true));
    if (this.#options.factCache?.isFlushed === true) this.#cache?.forget(host);
    const facts = new Map(this.#cache?.load(host));
    const state = { facts, kept: new Map(), included: new Map(), files: new Map(), inventory: used };
    this.#hosts.set(host, state);
    return state;
  }

  #state(host: string): HostState {
    const known = this.#hosts.get(host);
    if (known !== undefined) return known;
    return this.#addState(host, this.#implicit.get(host) ?? []);
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

  hasExtraVariable(name: string): boolean {
    return Object.hasOwn(this.#options.extraVariables, name);
  }

  hasHost(name: string): boolean {
    return this.#hosts.has(name);
  }

  /** The groups a host is in, as `group_names` shows them. */
  groupsOf(host: string): readonly string[] {
    let groups = this.#memberships.get(host);
    if (groups === undefined) {
      const names = [...this.#groups]
        .filter(([name, members]) => name !== "all" && members.includes(host))
        .map(([name]) => name);
      groups = names.length > 1 ? names.filter((name) => name !== "ungrouped").sort() : names.sort();
      this.#memberships.set(host, groups);
    }
    return groups;
  }

  /** `meta: refresh_inventory`: reads it again; what the run added and what hosts have learnt stays. */
  async refreshInventory(): Promise<void> {
    this.#options = { ...this.#options, inventory: await this.#options.reload() };
    const fresh = await VariableStore.open(this.#options);
    for (const [host, state] of fresh.#hosts) {
      const known = this.#hosts.get(host);
      fresh.#hosts.set(host, known === undefined ? state : { ...known, inventory: state.inventory });
    }
    this.#hosts.clear();
    for (const [host, state] of fresh.#hosts) this.#hosts.set(host, state);
    this.#groups.clear();
    for (const [group, hosts] of fresh.#groups) this.#groups.set(group, hosts);
    this.#memberships.clear();
    for (const [name, { groups, variables }] of [...this.#addedHosts]) this.addHost(name, [...groups], variables);
    for (const [host, groups] of this.#addedGroups) for (const group of groups) this.addToGroup(host, group);
    await this.#frame?.refresh();
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
    const known = this.#state(host).facts;
    for (const [name, value] of facts) known.set(name, value);
    this.#cache?.save(host, known);
  }

  clearFacts(host: string): void {
    this.#state(host).facts.clear();
    this.#cache?.forget(host);
  }

  keep(host: string, name: string, value: unknown): void {
    this.#state(host).kept.set(name, value);
  }

  include(host: string, variables: ReadonlyMap<string, unknown>): void {
    const { included } = this.#state(host);
    for (const [name, value] of variables) {
      const known = included.get(name);
      // Dicts of one name come together here, whatever the hash behaviour.
      included.set(
        name,
        isDict(known) && isDict(value) ? makeDict([...dictEntries(known), ...dictEntries(value)]) : value,
      );
    }
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
    for (const group of groups) added.groups.add(group);
    if (isNew) this.#addState(name, [{ values: added.variables, raw: false }]);
    else
      this.#hosts.set(name, {
        ...this.#state(name),
        inventory: [{ values: added.variables, raw: false }, ...this.#state(name).inventory],
      });
    const changed = [...groups, "all"].filter((group) => this.addToGroup(name, group));
    if (groups.length === 0 && isNew) this.addToGroup(name, "ungrouped");
    const isChanged = isNew || changed.length > 0;
    if (isChanged) this.#frame?.meet(name);
    return isChanged;
  }

  addToGroup(host: string, group: string): boolean {
    const members = this.#groups.get(group) ?? [];
    if (members.includes(host)) return false;
    this.#groups.set(group, [...members, host]);
    this.#memberships.delete(host);
    this.#addedGroups.set(host, (this.#addedGroups.get(host) ?? new Set()).add(group));
    return true;
  }

  /** What a task on a host sees. Without directives: what other hosts see of it through `hostvars`, which knows no play. */
  scope(host: string, directives?: Directives, top: readonly Layer[] = []): HostScope {
    const state = this.#state(host);
    const { extraVariables, injectFacts } = this.#options;
    const play = directives === undefined ? undefined : this.#frame?.play;
    const layers: Layer[] = [
      ...top,
      { values: this.#magic(host, directives), raw: false },
      { values: extraVariables, raw: true },
    ];
    const role = directives?.role;
    if (role !== undefined) layers.push(...rolesUp(role).map((part) => ({ values: part.parameters, raw: true })));
    // These grow while a loop goes on, and what was set for one item is seen by the next.
    layers.push({ values: state.kept, raw: false, grows: true }, { values: state.included, raw: true, grows: true });
    for (let at = directives; at !== undefined && at !== play?.directives; at = at.outer) {
      if (at.given !== undefined) layers.push({ values: at.given, raw: false });
      const own = at.keywords.get("vars");
      if (own !== undefined) layers.push({ values: namedValues(own), raw: true });
    }
    if (role !== undefined) {
      layers.push({ values: role.variables, raw: true });
      for (const part of role.dependencies) layers.push({ values: part.variables, raw: true });
      layers.push(
        ...rolesUp(role)
          .slice(1)
          .map((part) => ({ values: part.variables, raw: true })),
      );
    }
    if (play !== undefined) layers.push(...playLayers(play, state.files));
    layers.push({ values: factVariables(state.facts, injectFacts), raw: false }, ...state.inventory);
    if (role !== undefined) layers.push(...rolesUp(role).map((part) => ({ values: part.defaults, raw: true })));
    if (role !== undefined) for (const part of role.dependencies) layers.push({ values: part.defaults, raw: true });
    if (play !== undefined) layers.push(...publicRoles(play).map((part) => ({ values: part.defaults, raw: true })));
    // How a host is reached is told to its tasks, where nothing else says it.
    if (directives !== undefined) layers.push({ values: this.#reaching(host, directives), raw: true });
    return this.#scopeOf(layers);
  }

  #reaching(host: string, directives: Directives): Readonly<Record<string, unknown>> {
    const connection = nearest(directives, "connection") ?? this.#options.keywords["connection"];
    const user = nearest(directives, "remote_user") ?? this.#options.keywords["remote_user"];
    return {
      ansible_host: host,
      ansible_connection: connection ?? "ssh",
      ...(user === undefined || user === null ? {} : { ansible_user: user }),
    };
  }

  /** What a play's own keywords see, which are about no host: of the play that runs, or of another. */
  playScope(play: Play | undefined = this.#frame?.play): HostScope {
    const { extraVariables, constants, playbookFolder } = this.#options;
    const magic = { ...constants, groups: this.#groups, omit, playbook_dir: play?.folder ?? playbookFolder };
    const layers: Layer[] = [
      { values: magic, raw: false },
      { values: extraVariables, raw: true },
    ];
    if (play !== undefined) layers.push(...playLayers(play, new Map()));
    return this.#scopeOf(layers);
  }

  #scopeOf(layers: readonly Layer[]): HostScope {
    const { templar, hashBehaviour } = this.#options;
    const used = layers.filter(
      (layer) => layer.grows === true || !(layer.values instanceof Map) || layer.values.size > 0,
    );
    return new HostScope(templar, used, hashBehaviour === "merge");
  }

  #magic(host: string, directives: Directives | undefined): Readonly<Record<string, unknown>> {
    const { constants, playbookFolder } = this.#options;
    return magicVariables(host, directives, {
      store: this,
      frame: this.#frame,
      playbookFolder,
      groups: this.#groups,
      constants,
    });
  }
}

/** What a play brings, strongest first: its roles' variables, its files', what was asked for, its own. */
function playLayers(play: Play, files: ReadonlyMap<string, unknown>): Layer[] {
  const layers: Layer[] = publicRoles(play).map((part) => ({ values: part.variables, raw: true }));
  layers.push({ values: files, raw: true }, { values: play.answers, raw: false });
  for (let at: Directives | undefined = play.directives; at !== undefined; at = at.outer)
    layers.push({ values: namedValues(at.keywords.get("vars")), raw: true });
  return layers;
}

/** Roles whose variables the whole play sees, strongest first. */
function publicRoles(play: Play) {
  return play.roles
    .filter((role) => role.isPublic)
    .reverse()
    .flatMap(withDependencies);
}

/** A role and all it depends on, strongest first. */
function withDependencies(role: Role): Role[] {
  return [role, ...[...role.dependencies].reverse().flatMap(withDependencies)];
}
