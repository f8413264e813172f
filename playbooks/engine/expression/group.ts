import { Tuple } from "./sequences.ts";
import { pythonRepr } from "./values.ts";

/** One group of `groupby`: a tuple of its key and its items, by name too. */
export class Group extends Tuple {
  constructor(key: unknown, items: readonly unknown[]) {
    super();
    this.push(key, items);
  }

  override toString(): string {
    return `(${this.map(pythonRepr).join(", ")})`;
  }
}
