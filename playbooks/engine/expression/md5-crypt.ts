import { createHash } from "node:crypto";
import { cryptBase64 } from "./password-hash.ts";

const PLACES = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5], [11]] as const;

/** crypt(3)'s `$1$`, Poul-Henning Kamp's MD5 scheme of FreeBSD 2.0. */
export function md5Crypt(password: string, saltText: string): string {
  const key = Buffer.from(password, "utf8");
  const salt = Buffer.from(saltText, "utf8");
  const digest = (...parts: readonly Buffer[]) => {
    const hash = createHash("md5");
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const inner = digest(key, salt, key);
  const parts: Buffer[] = [key, Buffer.from("$1$"), salt];
  for (let rest = key.length; rest > 0; rest -= 16) parts.push(inner.subarray(0, Math.min(16, rest)));
  for (let rest = key.length; rest > 0; rest >>= 1)
    parts.push((rest & 1) === 1 ? Buffer.from([0]) : key.subarray(0, 1));
  let state = digest(...parts);
  for (let round = 0; round < 1_000; round++) {
    const isOdd = (round & 1) === 1;
    state = digest(
      isOdd ? key : state,
      ...(round % 3 === 0 ? [] : [salt]),
      ...(round % 7 === 0 ? [] : [key]),
      isOdd ? state : key,
    );
  }
  return `$1$${saltText}$${cryptBase64(state, PLACES)}`;
}
