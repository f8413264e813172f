import { describe, expect, it } from "vitest";
import type { NetworkInterface } from "../../collectors/network-interfaces/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { linkErrors } from "./check.ts";

function nic(part: Partial<NetworkInterface> & { errors?: number; packets?: number } = {}): NetworkInterface {
  const { errors = 0, packets = 0, ...rest } = part;
  return {
    name: "eno1",
    kind: "physical",
    enabled: true,
    carrier: true,
    speed: 25_000,
    halfDuplex: false,
    mtu: 1500,
    master: undefined,
    hasRoute: false,
    traffic: { receivedBytes: 0, sentBytes: 0, packets, errors },
    ...rest,
  };
}

describe("link-errors", () => {
  const counting = (perTurn: number, turns: number) =>
    Array.from({ length: turns }, (_, turn) => [nic({ errors: perTurn * turn, packets: 10_000 * turn })]);
  it("is quiet without errors and with a few", () => {
    expect(statusesOf(judgedInTurn(linkErrors, counting(0, 5)), "eno1")).not.toContain("problem");
    expect(statusesOf(judgedInTurn(linkErrors, counting(1, 50)), "eno1")).not.toContain("problem");
  });
  it("reports a steady stream, and forgets it some minutes after it has ended", () => {
    const bad = counting(100, 20);
    const last = bad.at(-1) ?? [];
    const turns = statusesOf(judgedInTurn(linkErrors, [...bad, ...Array.from({ length: 100 }, () => last)]), "eno1");
    expect(turns[19]).toBe("problem");
    expect(turns[21]).toBe("problem");
    expect(turns.at(-1)).toBe("ok");
  });
  it("takes counters that went back for reset", () => {
    const turns = judgedInTurn(linkErrors, [[nic({ errors: 10 ** 9 })], [nic({ errors: 0 })]]);
    expect(statusesOf(turns, "eno1")).toEqual(["ok", "ok"]);
  });
});
