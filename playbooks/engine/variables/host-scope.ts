import type { Scope } from "../expression/scope.ts";
import type { Templar } from "../expression/templar.ts";
import { dictEntries, isDict, makeDict } from "../expression/values.ts";

/** Some variables of one origin. `raw` ones are texts of playbooks and inventories, templates until used; others are values. */
export interface Layer {
  readonly values: ReadonlyMap<string, unknown> | Readonly<Record<string, unknown>>;
  readonly raw: boolean;
  /** Values may come to it while a scope is in use. */
  readonly grows?: boolean;
}

export function layerHas(layer: Layer, name: string): boolean {
  return layer.values instanceof Map ? layer.values.has(name) : Object.hasOwn(layer.values, name);
}

function layerGet(layer: Layer, name: string): unknown {
  return layer.values instanceof Map ? layer.values.get(name) : (layer.values as Record<string, unknown>)[name];
}

function layerNames(layer: Layer): Iterable<string> {
  return layer.values instanceof Map
    ? (layer.values as ReadonlyMap<string, unknown>).keys()
    : Object.keys(layer.values);
}

/** What one task on one host sees: layers from the strongest to the weakest, worked out by name when asked, each name once. */
export class HostScope implements Scope {
  readonly #templar: Templar;
  readonly #layers: readonly Layer[];
  readonly #known = new Map<string, unknown>();

  readonly #isMerging: boolean;

  /** `isMerging`: dicts of one name in several layers are one (hash_behaviour=merge). */
  constructor(templar: Templar, layers: readonly Layer[], isMerging = false) {
    this.#templar = templar;
    this.#layers = layers;
    this.#isMerging = isMerging;
  }

  get(name: string): unknown {
    if (name === "vars") return this.asDict();
    if (this.#known.has(name)) return this.#known.get(name);
    for (const layer of this.#layers) {
      if (!layerHas(layer, name)) continue;
      const value = layerGet(layer, name);
      const result = this.#isMerging && isDict(value) ? this.#merged(name) : this.#worth(layer, value);
      this.#known.set(name, result);
      return result;
    }
    return undefined;
  }

  #worth(layer: Layer, value: unknown): unknown {
    return layer.raw ? this.#templar.resolve(value, this) : value;
  }

  #merged(name: string): unknown {
    let whole: unknown;
    for (const layer of [...this.#layers].reverse())
      if (layerHas(layer, name)) whole = mergedDicts(whole, this.#worth(layer, layerGet(layer, name)));
    return whole;
  }

  /** The value as written, before templating. */
  written(name: string): unknown {
    const layer = this.#layers.find((candidate) => layerHas(candidate, name));
    return layer === undefined ? undefined : layerGet(layer, name);
  }

  names(): Set<string> {
    const names = new Set<string>();
    for (const layer of this.#layers) for (const name of layerNames(layer)) names.add(name);
    return names;
  }

  /** The same with stronger layers on top. */
  with(...layers: readonly Layer[]): HostScope {
    return new HostScope(this.#templar, [...layers, ...this.#layers], this.#isMerging);
  }

  /** All variables as a dict that works out each when asked. */
  asDict(): ReadonlyMap<unknown, unknown> {
    return new ScopeDict(this);
  }
}

/** The second on top of the first, dicts in them alike; anything else replaces. */
export function mergedDicts(weak: unknown, strong: unknown): unknown {
  if (!isDict(weak) || !isDict(strong)) return strong;
  const whole = new Map(dictEntries(weak));
  for (const [key, value] of dictEntries(strong)) whole.set(key, mergedDicts(whole.get(key), value));
  return makeDict(whole);
}

/** A scope as an expression sees it: `vars`, or one host of `hostvars`. */
class ScopeDict extends Map<unknown, unknown> {
  readonly #scope: HostScope;

  constructor(scope: HostScope) {
    super();
    this.#scope = scope;
  }

  override get size(): number {
    return this.#scope.names().size;
  }

  override has(key: unknown): boolean {
    return typeof key === "string" && this.#scope.get(key) !== undefined;
  }

  override get(key: unknown): unknown {
    return typeof key === "string" ? this.#scope.get(key) : undefined;
  }

  override keys(): MapIterator<unknown> {
    return [...this.#scope.names()].values();
  }

  override entries(): MapIterator<[unknown, unknown]> {
    return [...this.#scope.names()].map((name): [unknown, unknown] => [name, this.get(name)]).values();
  }

  override values(): MapIterator<unknown> {
    return [...this.#scope.names()].map((name) => this.get(name)).values();
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }
}

/** Hosts by name, each made when asked: `hostvars`. */
export class HostVariables extends Map<unknown, unknown> {
  readonly #hosts: () => readonly string[];
  readonly #scopeOf: (host: string) => HostScope | undefined;

  constructor(hosts: () => readonly string[], scopeOf: (host: string) => HostScope | undefined) {
    super();
    this.#hosts = hosts;
    this.#scopeOf = scopeOf;
  }

  override get size(): number {
    return this.#hosts().length;
  }

  override has(key: unknown): boolean {
    return typeof key === "string" && this.#scopeOf(key) !== undefined;
  }

  override get(key: unknown): unknown {
    return typeof key === "string" ? this.#scopeOf(key)?.asDict() : undefined;
  }

  override keys(): MapIterator<unknown> {
    return [...this.#hosts()].values();
  }

  override entries(): MapIterator<[unknown, unknown]> {
    return this.#hosts()
      .map((host): [unknown, unknown] => [host, this.get(host)])
      .values();
  }

  override values(): MapIterator<unknown> {
    return this.#hosts()
      .map((host) => this.get(host))
      .values();
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }
}

/** A mapping's entries by their names, whatever form it has. */
export function namedValues(value: unknown): ReadonlyMap<string, unknown> {
  if (value instanceof Map && [...value.keys()].every((key) => typeof key === "string"))
    return value as ReadonlyMap<string, unknown>;
  if (Array.isArray(value)) return new Map(value.flatMap((part: unknown) => [...namedValues(part)]));
  if (!isDict(value)) return new Map();
  return value instanceof Map
    ? new Map([...(value as ReadonlyMap<unknown, unknown>)].map(([key, item]) => [String(key), item]))
    : new Map(Object.entries(value));
}
