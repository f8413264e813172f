import { concatenated } from "./concatenation.ts";
import { Instance } from "./instance.ts";
import { pythonString } from "./values.ts";

/** An imported template: the names it set, and what it put out. */
export class TemplateModule extends Instance {
  readonly typeName = "TemplateModule";
  readonly name: string;
  readonly parts: readonly unknown[];
  readonly #exported: ReadonlyMap<string, unknown>;

  constructor(name: string, parts: readonly unknown[], exported: ReadonlyMap<string, unknown>) {
    super();
    this.name = name;
    this.parts = parts;
    this.#exported = exported;
  }

  override attribute(name: string): unknown {
    return this.#exported.get(name);
  }

  override text(): string {
    return pythonString(concatenated(this.parts));
  }
}
