import type { Callable } from "./callable.ts";
import { ExpressionError } from "./errors.ts";
import { Instance } from "./instance.ts";

/** What `cycler(…)` gives: its values in turn. */
export class Cycler extends Instance {
  readonly typeName = "Cycler";
  readonly #values: readonly unknown[];
  #at = 0;

  constructor(values: readonly unknown[]) {
    super();
    if (values.length === 0) throw new ExpressionError("at least one item has to be provided");
    this.#values = values;
  }

  override attribute(name: string): unknown {
    switch (name) {
      case "current":
        return this.#values[this.#at];
      case "next":
        return () => {
          const value = this.#values[this.#at];
          this.#at = (this.#at + 1) % this.#values.length;
          return value;
        };
      case "reset":
        return () => {
          this.#at = 0;
          return null;
        };
      case "items":
        return this.#values;
      case "pos":
        return this.#at;
      default:
        return undefined;
    }
  }
}

/** What `joiner(…)` gives: nothing at the first call, its separator at all others. */
export class Joiner extends Instance {
  readonly typeName = "Joiner";
  readonly #separator: unknown;
  #isUsed = false;

  constructor(separator: unknown) {
    super();
    this.#separator = separator;
  }

  override attribute(name: string): unknown {
    if (name === "sep") return this.#separator;
    return name === "used" ? this.#isUsed : undefined;
  }

  override get call(): Callable {
    return () => {
      if (this.#isUsed) return this.#separator;
      this.#isUsed = true;
      return "";
    };
  }
}
