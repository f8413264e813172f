import { type Callable, flexible } from "./callable.ts";
import { ExpressionError, Undefined } from "./errors.ts";
import { Instance } from "./instance.ts";
import { equals } from "./values.ts";

/** The `loop` of a `{% for %}`. One serves all turns. */
export class LoopContext extends Instance {
  readonly typeName = "LoopContext";
  index0 = 0;
  readonly #items: readonly unknown[];
  readonly #depth0: number;
  readonly #again: ((items: unknown) => unknown) | undefined;
  #last: readonly unknown[] | undefined;

  /** `again` renders the loop's body over other items, where it is recursive. */
  constructor(items: readonly unknown[], depth0: number, again: ((items: unknown) => unknown) | undefined) {
    super();
    this.#items = items;
    this.#depth0 = depth0;
    this.#again = again;
  }

  override attribute(name: string): unknown {
    const { index0 } = this;
    const items = this.#items;
    switch (name) {
      case "index":
        return index0 + 1;
      case "index0":
        return index0;
      case "revindex":
        return items.length - index0;
      case "revindex0":
        return items.length - index0 - 1;
      case "first":
        return index0 === 0;
      case "last":
        return index0 === items.length - 1;
      case "length":
        return items.length;
      case "depth":
        return this.#depth0 + 1;
      case "depth0":
        return this.#depth0;
      case "previtem":
        return index0 > 0 ? items[index0 - 1] : new Undefined("there is no previous item");
      case "nextitem":
        return index0 + 1 < items.length ? items[index0 + 1] : new Undefined("there is no next item");
      case "cycle":
        return flexible((given) => {
          if (given.length === 0) throw new ExpressionError("no items for cycling given");
          return given[index0 % given.length];
        });
      case "changed":
        return flexible((given) => this.#changed(given));
      default:
        return undefined;
    }
  }

  override get call(): Callable {
    return ([items]) => {
      if (this.#again === undefined)
        throw new ExpressionError("The loop must have the 'recursive' marker to be called recursively.");
      return this.#again(items);
    };
  }

  #changed(given: readonly unknown[]): boolean {
    const last = this.#last;
    this.#last = given;
    return (
      last === undefined || last.length !== given.length || !last.every((value, index) => equals(value, given[index]))
    );
  }
}
