import { createHash, randomBytes } from "node:crypto";
import { ExpressionError } from "./errors.ts";
import { numberHash } from "./python-hash.ts";
import { isInteger, numeric, typeName } from "./values.ts";

const SIZE = 624;
const PERIOD = 397;

/**
 * Python's `random.Random(seed)`: the Mersenne twister MT19937 (Matsumoto and Nishimura, 1998) seeded as CPython does it, so that
 * the same seed gives the same choices. Without a seed it is seeded by the system.
 */
export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #at = SIZE;

  constructor(seed?: unknown) {
    this.#seed(seedNumber(seed));
  }

  /** A whole number from 0 until before `limit`. */
  below(limit: bigint): bigint {
    const bits = limit.toString(2).length;
    for (;;) {
      const value = this.#bits(bits);
      if (value < limit) return value;
    }
  }

  index(size: number): number {
    return Number(this.below(BigInt(size)));
  }

  /** `randrange(start, stop, step)`. */
  range(start: bigint, stop: bigint, step: bigint): bigint {
    const width = stop - start;
    const count = step > 0n ? (width + step - 1n) / step : (width + step + 1n) / step;
    if (step === 0n) throw new ExpressionError("zero step for randrange()");
    if (count <= 0n || width === 0n)
      throw new ExpressionError(`empty range for randrange() (${start}, ${stop}, ${width})`);
    return start + step * this.below(count);
  }

  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new ExpressionError("Cannot choose from an empty sequence");
    return items[this.index(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.index(at + 1);
      const kept = shuffled[at] as T;
      shuffled[at] = shuffled[other] as T;
      shuffled[other] = kept;
    }
    return shuffled;
  }

  #bits(count: number): bigint {
    let result = 0n;
    for (let done = 0; done < count; done += 32) {
      const wanted = Math.min(32, count - done);
      result |= BigInt(this.#next() >>> (32 - wanted)) << BigInt(done);
    }
    return result;
  }

  #seed(seed: bigint): void {
    const key: number[] = [];
    for (let rest = seed; rest > 0n; rest >>= 32n) key.push(Number(rest & 0xffffffffn));
    if (key.length === 0) key.push(0);
    const state = this.#state;
    state[0] = 19_650_218;
    for (let i = 1; i < SIZE; i++) {
      const last = state[i - 1] ?? 0;
      state[i] = Math.imul(1_812_433_253, last ^ (last >>> 30)) + i;
    }
    let i = 1;
    let j = 0;
    for (let k = Math.max(SIZE, key.length); k > 0; k--) {
      const last = state[i - 1] ?? 0;
      state[i] = ((state[i] ?? 0) ^ Math.imul(last ^ (last >>> 30), 1_664_525)) + (key[j] ?? 0) + j;
      if (++i >= SIZE) {
        state[0] = state[SIZE - 1] ?? 0;
        i = 1;
      }
      if (++j >= key.length) j = 0;
    }
    for (let k = SIZE - 1; k > 0; k--) {
      const last = state[i - 1] ?? 0;
      state[i] = ((state[i] ?? 0) ^ Math.imul(last ^ (last >>> 30), 1_566_083_941)) - i;
      if (++i >= SIZE) {
        state[0] = state[SIZE - 1] ?? 0;
        i = 1;
      }
    }
    state[0] = 0x80000000;
    this.#at = SIZE;
  }

  #next(): number {
    if (this.#at >= SIZE) this.#turn();
    let value = this.#state[this.#at++] ?? 0;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  #turn(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % SIZE] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + PERIOD) % SIZE] ?? 0) ^ (mixed >>> 1) ^ ((mixed & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#at = 0;
  }
}

function seedNumber(seed: unknown): bigint {
  if (seed === undefined || seed === null) return BigInt(`0x${randomBytes(32).toString("hex")}`);
  if (typeof seed === "string") {
    const bytes = Buffer.from(seed, "utf8");
    return BigInt(`0x${Buffer.concat([bytes, createHash("sha512").update(bytes).digest()]).toString("hex")}`);
  }
  if (isInteger(seed) || typeof seed === "boolean") {
    const value = BigInt(seed);
    return value < 0n ? -value : value;
  }
  if (numeric(seed) !== undefined) return BigInt.asUintN(64, numberHash(seed));
  throw new ExpressionError(
    `The only supported seed types are: None, int, float, str, bytes, and bytearray, not ${typeName(seed)}`,
  );
}
