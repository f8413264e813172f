/** Where names are looked up. A value is given as it is to be used: worked out lazily, by whoever holds the variables. */
export interface Scope {
  /** The value of a variable; undefined where there is none of that name. */
  get(name: string): unknown;
  /** All names, where they are known: what `varnames` looks through. */
  names?(): Iterable<string>;
}

/** A scope with some names on top: loop variables, `{% set %}`, macro parameters. */
export class LocalScope implements Scope {
  readonly #outer: Scope;
  readonly #names = new Map<string, unknown>();

  constructor(outer: Scope, names: Iterable<readonly [string, unknown]> = []) {
    this.#outer = outer;
    for (const [name, value] of names) this.#names.set(name, value);
  }

  get(name: string): unknown {
    const value = this.#names.get(name);
    return value !== undefined || this.#names.has(name) ? value : this.#outer.get(name);
  }

  names(): Iterable<string> {
    return this.#outer.names?.() ?? [];
  }

  set(name: string, value: unknown): void {
    this.#names.set(name, value);
  }
}

/** A scope of ready values. */
export function scopeOf(values: Readonly<Record<string, unknown>>): Scope {
  return { get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined) };
}

/** No variables at all. */
export const EMPTY_SCOPE: Scope = { get: () => undefined };
