import { createHash, hash } from "node:crypto";
import { cryptBase64 } from "./password-hash.ts";

const DEFAULT_ROUNDS = 5_000;
/** Least common multiple of 2, 3 and 7, by which the algorithm varies its rounds. */
const PERIOD = 42;

const PLACES = {
  sha256: [
    ...[
      [0, 10, 20],
      [21, 1, 11],
      [12, 22, 2],
      [3, 13, 23],
      [24, 4, 14],
    ],
    ...[
      [15, 25, 5],
      [6, 16, 26],
      [27, 7, 17],
      [18, 28, 8],
      [9, 19, 29],
      [31, 30],
    ],
  ],
  sha512: [
    ...[
      [0, 21, 42],
      [22, 43, 1],
      [44, 2, 23],
      [3, 24, 45],
      [25, 46, 4],
      [47, 5, 26],
      [6, 27, 48],
    ],
    ...[
      [28, 49, 7],
      [50, 8, 29],
      [9, 30, 51],
      [31, 52, 10],
      [53, 11, 32],
      [12, 33, 54],
      [34, 55, 13],
    ],
    ...[[56, 14, 35], [15, 36, 57], [37, 58, 16], [59, 17, 38], [18, 39, 60], [40, 61, 19], [62, 20, 41], [63]],
  ],
} as const;

/**
 * crypt(3)'s `$5$` and `$6$`, after Ulrich Drepper's "Unix crypt using SHA-256 and SHA-512" (public domain). Without `rounds`
 * there are 656,000 for sha512 and 535,000 for sha256, as passlib and with it Ansible have it.
 */
export function shaCrypt(
  password: string,
  saltText: string,
  rounds: number | undefined,
  kind: "sha256" | "sha512",
): string {
  const count = rounds ?? (kind === "sha512" ? 656_000 : 535_000);
  const size = kind === "sha512" ? 64 : 32;
  const key = Buffer.from(password, "utf8");
  const salt = Buffer.from(saltText, "utf8");
  const digest = (...parts: readonly Buffer[]) => {
    const all = createHash(kind);
    for (const part of parts) all.update(part);
    return all.digest();
  };
  const filled = (source: Buffer, length: number) =>
    Buffer.concat([
      ...Array.from({ length: Math.floor(length / size) }, () => source),
      source.subarray(0, length % size),
    ]);
  const alternate = digest(key, salt, key);
  const bits: Buffer[] = [];
  for (let rest = key.length; rest > 0; rest >>= 1) bits.push((rest & 1) === 1 ? alternate : key);
  let state = digest(key, salt, filled(alternate, key.length), ...bits);
  const keys = filled(digest(...Array.from({ length: key.length }, () => key)), key.length);
  const salts = filled(digest(...Array.from({ length: 16 + (state[0] ?? 0) }, () => salt)), salt.length);
  // What is hashed repeats every 42 rounds but for the state in it: laid out once, a round is one copy and one call.
  const layouts = Array.from({ length: PERIOD }, (_none, round) => {
    const isOdd = (round & 1) === 1;
    const between = [...(round % 3 === 0 ? [] : [salts]), ...(round % 7 === 0 ? [] : [keys])];
    const before = isOdd ? [keys, ...between] : [];
    const after = isOdd ? [] : [...between, keys];
    const text = Buffer.concat([...before, Buffer.alloc(size), ...after]);
    return { text, offset: before.reduce((sum, part) => sum + part.length, 0) };
  });
  for (let round = 0; round < count; round++) {
    const layout = layouts[round % PERIOD];
    if (layout === undefined) throw new RangeError("a round without a layout");
    state.copy(layout.text, layout.offset);
    state = hash(kind, layout.text, "buffer");
  }
  const marked = count === DEFAULT_ROUNDS ? "" : `rounds=${count}$`;
  return `$${kind === "sha512" ? 6 : 5}$${marked}${saltText}$${cryptBase64(state, PLACES[kind])}`;
}
