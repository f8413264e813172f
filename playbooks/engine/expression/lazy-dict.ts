import { type Dict, dictGet, dictHas, dictKeys, keyOf } from "./values.ts";

/** A dict whose values are templates still: each is worked out when it is first asked for, and then kept. */
export class LazyDict extends Map<unknown, unknown> {
  readonly #raw: Dict;
  readonly #resolve: (raw: unknown) => unknown;
  /** Its keys once they are no longer those of the raw dict. */
  #keys: Set<unknown> | undefined;

  constructor(raw: Dict, resolve: (raw: unknown) => unknown) {
    super();
    this.#raw = raw;
    this.#resolve = resolve;
  }

  /** The same with each value passed through `change` when it is worked out. */
  copiedWith(change: (value: unknown) => unknown): LazyDict {
    return new LazyDict(new Map(this.#keyList().map((key) => [key, key])), (key) => change(this.get(key)));
  }

  override get size(): number {
    return this.#keyList().length;
  }

  override has(key: unknown): boolean {
    return this.#keys === undefined ? dictHas(this.#raw, key) : this.#keys.has(keyOf(key));
  }

  override get(key: unknown): unknown {
    const wanted = keyOf(key);
    if (super.has(wanted)) return super.get(wanted);
    if (!this.has(wanted)) return undefined;
    const value = this.#resolve(dictGet(this.#raw, wanted));
    super.set(wanted, value);
    return value;
  }

  override set(key: unknown, value: unknown): this {
    this.#keys ??= new Set(dictKeys(this.#raw));
    this.#keys.add(keyOf(key));
    return super.set(keyOf(key), value);
  }

  override delete(key: unknown): boolean {
    this.#keys ??= new Set(dictKeys(this.#raw));
    super.delete(keyOf(key));
    return this.#keys.delete(keyOf(key));
  }

  override clear(): void {
    this.#keys = new Set();
    super.clear();
  }

  override keys(): MapIterator<unknown> {
    return this.#keyList().values();
  }

  override entries(): MapIterator<[unknown, unknown]> {
    return this.#keyList()
      .map((key): [unknown, unknown] => [key, this.get(key)])
      .values();
  }

  override values(): MapIterator<unknown> {
    return this.#keyList()
      .map((key) => this.get(key))
      .values();
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }

  #keyList(): unknown[] {
    return this.#keys === undefined ? dictKeys(this.#raw) : [...this.#keys];
  }
}
