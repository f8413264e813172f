import type { Callable } from "./callable.ts";
import { Instance } from "./instance.ts";

/** `super` in a block and `self.name`: called, it renders that block. */
export class BlockReference extends Instance {
  readonly typeName = "BlockReference";
  readonly #render: () => unknown;
  readonly #parent: () => unknown;

  constructor(render: () => unknown, parent: () => unknown) {
    super();
    this.#render = render;
    this.#parent = parent;
  }

  override attribute(name: string): unknown {
    return name === "super" ? this.#parent() : undefined;
  }

  override get call(): Callable {
    return () => this.#render();
  }
}

/** `self`: the blocks of the template by name. */
export class TemplateReference extends Instance {
  readonly typeName = "TemplateReference";
  readonly #block: (name: string) => unknown;

  constructor(block: (name: string) => unknown) {
    super();
    this.#block = block;
  }

  override attribute(name: string): unknown {
    return this.#block(name);
  }
}
