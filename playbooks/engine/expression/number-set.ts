import { numberHash } from "./python-hash.ts";
import { equals } from "./values.ts";

interface Entry {
  readonly value: unknown;
  readonly hash: bigint;
}

const LINEAR_PROBES = 9;
const GONE: Entry = { value: undefined, hash: -1n };

/**
 * A set of numbers that is gone through in the order of CPython's: that of its hash table (Objects/setobject.c), which for
 * numbers is the same in every process. The order of texts is not, so they need no such set.
 */
export class NumberSet {
  #table: (Entry | undefined)[] = Array.from({ length: 8 });
  #fill = 0;
  #used = 0;

  static of(values: Iterable<unknown>): NumberSet {
    const set = new NumberSet();
    for (const value of values) set.add(value);
    return set;
  }

  get size(): number {
    return this.#used;
  }

  values(): unknown[] {
    return this.#entries().map((entry) => entry.value);
  }

  has(value: unknown): boolean {
    return this.#find(value, numberHash(value)).entry !== undefined;
  }

  add(value: unknown): void {
    const hash = numberHash(value);
    const { entry, at } = this.#find(value, hash);
    if (entry !== undefined) return;
    this.#table[at] = { value, hash };
    this.#fill++;
    this.#used++;
    if (this.#fill * 5 >= (this.#table.length - 1) * 3)
      this.#resize(this.#used > 50_000 ? this.#used * 2 : this.#used * 4);
  }

  copy(): NumberSet {
    const set = new NumberSet();
    set.#merge(this);
    return set;
  }

  union(other: NumberSet): NumberSet {
    const set = this.copy();
    set.#merge(other);
    return set;
  }

  intersection(other: NumberSet): NumberSet {
    const [small, large] = other.size > this.size ? [this, other] : [other, this];
    return NumberSet.of(small.values().filter((value) => large.has(value)));
  }

  difference(other: NumberSet): NumberSet {
    return NumberSet.of(this.values().filter((value) => !other.has(value)));
  }

  symmetricDifference(other: NumberSet): NumberSet {
    const set = other.copy();
    for (const { value, hash } of this.#entries()) {
      const { entry, at } = set.#find(value, hash);
      if (entry === undefined) set.add(value);
      else {
        set.#table[at] = GONE;
        set.#used--;
      }
    }
    return set;
  }

  #entries(): Entry[] {
    return this.#table.filter((entry) => entry !== undefined && entry !== GONE) as Entry[];
  }

  #find(value: unknown, hash: bigint): { entry: Entry | undefined; at: number } {
    for (const at of probes(hash, this.#table.length - 1)) {
      const entry = this.#table[at];
      if (entry === undefined) return { entry, at };
      if (entry.hash === hash && entry !== GONE && equals(entry.value, value)) return { entry, at };
    }
    return { entry: undefined, at: 0 };
  }

  #merge(other: NumberSet): void {
    if ((this.#fill + other.#used) * 5 >= (this.#table.length - 1) * 3) this.#resize((this.#used + other.#used) * 2);
    if (this.#fill === 0 && this.#table.length === other.#table.length && other.#fill === other.#used) {
      this.#table = [...other.#table];
      this.#fill = other.#fill;
      this.#used = other.#used;
      return;
    }
    for (const entry of other.#entries()) this.add(entry.value);
  }

  #resize(least: number): void {
    let size = 8;
    while (size <= least) size *= 2;
    const entries = this.#entries();
    this.#table = Array.from({ length: size });
    this.#fill = entries.length;
    this.#used = entries.length;
    for (const entry of entries) {
      for (const at of probes(entry.hash, size - 1)) {
        if (this.#table[at] !== undefined) continue;
        this.#table[at] = entry;
        break;
      }
    }
  }
}

function* probes(hash: bigint, mask: number): Generator<number> {
  let perturb = BigInt.asUintN(64, hash);
  let at = Number(perturb & BigInt(mask));
  for (;;) {
    yield at;
    if (at + LINEAR_PROBES <= mask) for (let step = 1; step <= LINEAR_PROBES; step++) yield at + step;
    perturb >>= 5n;
    at = Number((BigInt(at) * 5n + 1n + perturb) & BigInt(mask));
  }
}
