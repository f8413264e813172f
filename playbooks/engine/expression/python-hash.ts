import { isInteger, numeric } from "./values.ts";

const MODULUS = (1n << 61n) - 1n;

/** Python's `hash` of a number or boolean: equal numbers have equal ones. */
export function numberHash(value: unknown): bigint {
  if (isInteger(value) || typeof value === "boolean") return signed(BigInt(value));
  const number = numeric(value) ?? 0;
  if (Number.isInteger(number)) return signed(BigInt(number));
  if (!Number.isFinite(number)) return number > 0 ? 314159n : -314159n;
  let size = Math.abs(number);
  let shift = 0n;
  while (!Number.isInteger(size)) {
    size *= 2;
    shift++;
  }
  // Dividing by two modulo 2^61 - 1 is turning the 61 bits by one.
  const turned = BigInt(size) % MODULUS;
  const down = shift % 61n;
  const result = ((turned >> down) | (turned << (61n - down))) & MODULUS;
  return signed(number < 0 ? -result : result);
}

function signed(value: bigint): bigint {
  const size = (value < 0n ? -value : value) % MODULUS;
  const result = value < 0n ? -size : size;
  return result === -1n ? -2n : result;
}
