import { describe, expect, it } from "vitest";
import { clockOffsetOf } from "./clock-offset.ts";
import { jittered, refusedDelay, retryDelay } from "./pace.ts";

const ends = [() => 0, () => 0.999_999];

describe("pace", () => {
  it("spreads an interval by a tenth either way", () => {
    expect(ends.map((random) => Math.round(jittered(10_000, random)))).toEqual([9000, 11_000]);
  });

  it("retries from half a second up to 20 s, with full jitter", () => {
    for (const attempt of [1, 2, 5, 1000, 1e9]) {
      expect(retryDelay(attempt, () => 0)).toBe(500);
      expect(retryDelay(attempt, () => 0.999_999)).toBeLessThanOrEqual(20_000);
    }
    expect(Math.round(retryDelay(1, () => 0.999_999))).toBe(2000);
    expect(Math.round(retryDelay(20, () => 0.999_999))).toBe(20_000);
  });

  it("asks a refusing control plane ever less often, up to a limit", () => {
    expect([1, 2, 3, 100].map((attempt) => refusedDelay(attempt, () => 0, 120))).toEqual([
      22_500, 45_000, 90_000, 90_000,
    ]);
  });
});

describe("the clock's offset", () => {
  const exchange = { sentWall: 1000, receivedWall: 1100, sentMonotonic: 50, receivedMonotonic: 150, serverWall: 1050 };
  it("is the node's time in the middle of the exchange less the server's", () => {
    expect(clockOffsetOf(exchange)).toEqual({ offsetMilliseconds: 0, uncertaintyMilliseconds: 50 });
    expect(clockOffsetOf({ ...exchange, serverWall: -950 })?.offsetMilliseconds).toBe(2000);
  });
  it("is not told by an exchange that took too long, saw the clock set, or had no time in it", () => {
    expect(clockOffsetOf({ ...exchange, receivedMonotonic: 5000, receivedWall: 5950 })).toBeUndefined();
    expect(clockOffsetOf({ ...exchange, receivedWall: 3_601_100 })).toBeUndefined();
    expect(clockOffsetOf({ ...exchange, serverWall: Number.NaN })).toBeUndefined();
  });
});
