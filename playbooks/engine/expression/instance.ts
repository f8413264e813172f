import type { Callable } from "./callable.ts";

/**
 * A value that is no scalar, list or dict: what `loop`, `namespace()`, `to_datetime` give. A template reaches only what
 * {@link Instance.attribute} hands out; it cannot be kept unless {@link Instance.kept} says as what.
 */
export abstract class Instance {
  /** The name of its type in Python. */
  abstract readonly typeName: string;

  /** The attribute of that name; undefined where there is none. */
  abstract attribute(name: string): unknown;

  /** `obj[key]`; undefined where there is none. */
  item(_key: unknown): unknown {
    return undefined;
  }

  /** What a call does; undefined where it cannot be called. */
  get call(): Callable | undefined {
    return undefined;
  }

  /** What takes its place in a result; undefined where it cannot be part of one. */
  kept(): unknown {
    return undefined;
  }

  /** The items of an iterable one. */
  items(): readonly unknown[] | undefined {
    return undefined;
  }

  isEqual(other: Instance): boolean {
    return this === other;
  }

  /** Negative, zero or positive as in sorting; undefined where they have no order. */
  compareTo(_other: Instance): number | undefined {
    return undefined;
  }

  /** `this operator other`, or the other way round; undefined where there is no such thing. */
  operate(_operator: string, _other: unknown, _isLeft: boolean): unknown {
    return undefined;
  }

  isTrue(): boolean {
    return true;
  }

  text(): string {
    return this.repr();
  }

  repr(): string {
    return `<${this.typeName}>`;
  }
}
