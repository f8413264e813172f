import { Instance } from "./instance.ts";

/** What `omit` is: an argument given it is as if it were not written; in lists, dicts and texts it vanishes. */
class Omit extends Instance {
  readonly typeName = "Omit";

  override attribute(): undefined {
    return undefined;
  }

  override kept(): this {
    return this;
  }

  override repr(): string {
    return "<<Omit>>";
  }
}

/** The value of `omit`. */
export const omit: unknown = Object.freeze(new Omit());
