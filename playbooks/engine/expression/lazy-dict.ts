import { type Dict, dictEntries, dictGet, dictHas, dictKeys, dictSize, keyOf } from "./values.ts";

/** A dict whose values are templates still: each is worked out when it is first asked for, and then kept. */
export class LazyDict extends Map<unknown, unknown> {
  readonly #raw: Dict;
  readonly #resolve: (raw: unknown) => unknown;

  constructor(raw: Dict, resolve: (raw: unknown) => unknown) {
    super();
    this.#raw = raw;
    this.#resolve = resolve;
  }

  override get size(): number {
    return dictSize(this.#raw);
  }

  override has(key: unknown): boolean {
    return dictHas(this.#raw, key);
  }

  override get(key: unknown): unknown {
    const wanted = keyOf(key);
    if (super.has(wanted)) return super.get(wanted);
    if (!dictHas(this.#raw, wanted)) return undefined;
    const value = this.#resolve(dictGet(this.#raw, wanted));
    super.set(wanted, value);
    return value;
  }

  override keys(): MapIterator<unknown> {
    return dictKeys(this.#raw).values();
  }

  override entries(): MapIterator<[unknown, unknown]> {
    return dictEntries(this.#raw)
      .map(([key]): [unknown, unknown] => [key, this.get(key)])
      .values();
  }

  override values(): MapIterator<unknown> {
    return [...this.entries()].map(([, value]) => value).values();
  }

  override [Symbol.iterator](): MapIterator<[unknown, unknown]> {
    return this.entries();
  }
}
