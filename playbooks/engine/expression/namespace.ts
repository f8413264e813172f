import { Instance } from "./instance.ts";

/** What `namespace(…)` gives: attributes that may be assigned from inner scopes. */
export class Namespace extends Instance {
  readonly typeName = "Namespace";
  readonly #attributes: Map<string, unknown>;

  constructor(attributes: Iterable<readonly [string, unknown]>) {
    super();
    this.#attributes = new Map(attributes);
  }

  override attribute(name: string): unknown {
    return this.#attributes.get(name);
  }

  assign(name: string, value: unknown): void {
    this.#attributes.set(name, value);
  }
}
