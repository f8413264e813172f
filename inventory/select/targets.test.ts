import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApplianceError } from "../kernel/errors.ts";
import { MOST_TARGETS, selectTargets } from "./targets.ts";

const addresses = (...texts: string[]) => selectTargets(texts).map((target) => target.address);

describe("what names hosts", () => {
  test.each<[string, string[]]>([
    ["web01", ["web01"]],
    ["10.0.0.1", ["10.0.0.1"]],
    ["a, b ,c", ["a", "b", "c"]],
    ["node[08-11]", ["node08", "node09", "node10", "node11"]],
    ["node[8-11]", ["node8", "node9", "node10", "node11"]],
    [
      "node[01:02].rack[1-2].example",
      ["node01.rack1.example", "node01.rack2.example", "node02.rack1.example", "node02.rack2.example"],
    ],
    ["10.0.0.[9-11]", ["10.0.0.9", "10.0.0.10", "10.0.0.11"]],
    ["10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]],
    ["10.0.0.7/31", ["10.0.0.6", "10.0.0.7"]],
    ["10.0.0.7/32", ["10.0.0.7"]],
    ["255.255.255.252/30", ["255.255.255.253", "255.255.255.254"]],
    ["fd00::1", ["fd00::1"]],
    ["[fd00::1]:22", ["fd00::1"]],
  ])("%s", (text, expected) => {
    expect(addresses(text)).toEqual(expected);
  });

  test("user and port go with every host", () => {
    expect(selectTargets(["admin@10.0.0.[1-2]:2222"])).toEqual([
      { name: "10.0.0.1", address: "10.0.0.1", port: 2222, user: "admin" },
      { name: "10.0.0.2", address: "10.0.0.2", port: 2222, user: "admin" },
    ]);
  });

  test("a host named twice is one", () => {
    expect(addresses("10.0.0.1", "10.0.0.0/30")).toEqual(["10.0.0.1", "10.0.0.2"]);
  });

  test("a host says which network it was taken from, unless it is named as well", () => {
    expect(selectTargets(["10.0.0.0/30", "10.0.0.2"])).toEqual([
      { name: "10.0.0.1", address: "10.0.0.1", network: "10.0.0.0/30" },
      { name: "10.0.0.2", address: "10.0.0.2" },
    ]);
  });

  test("a /22 has 1,022 hosts and a /16 is just allowed", () => {
    expect(addresses("10.0.0.0/22")).toHaveLength(1022);
    expect(addresses("10.0.0.0/16")).toHaveLength(65_534);
  });
});

describe("what does not", () => {
  test.each<[string, number]>([
    ["", 1],
    [" , ", 1],
    ["node[1-40", 5],
    ["node[40-1]", 6],
    ["node[a-f]", 6],
    ["node[]", 6],
    ["good, bad host", 10],
    ["10.0.0.300", 1],
    ["10.0.0.[250-260]", 1],
    ["10.0.1", 1],
    ["010.0.0.1", 1],
    ["10.0.0.0/33", 10],
    ["10.0.0/24", 1],
    ["host:0", 6],
    ["host:99999", 6],
    ["host:ssh", 6],
    ["$(id)@host", 1],
    ["host;id", 5],
    ["../etc", 1],
    ["-oProxyCommand=x", 15],
    ["a..b", 1],
    ["user@", 6],
    ["[fd00::zz]", 1],
  ])("%j is refused at column %i", (text, column) => {
    expect(() => selectTargets([text])).toThrow(
      expect.objectContaining({
        code: "INVENTORY_TARGET_INVALID",
        kind: "user",
        context: expect.objectContaining({ column }),
      }),
    );
  });

  test.each(["10.0.0.0/8", "node[1-1000000]", "0.0.0.0/0", "a[0-999]b[0-999]", "n[0-999999999]x[0-999999999]"])(
    "%s is refused before anything is expanded",
    (text) => {
      expect(() => selectTargets([text])).toThrow(expect.objectContaining({ code: "INVENTORY_RANGE_TOO_LARGE" }));
    },
  );

  test("many ranges together are refused like one", () => {
    expect(() => selectTargets(["10.0.0.0/16", "10.1.0.0/24"])).toThrow(
      expect.objectContaining({ code: "INVENTORY_RANGE_TOO_LARGE" }),
    );
  });

  test("any text gives hosts or a clear error", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab01.-[]:/,@ é%") }), (text) => {
        try {
          const targets = selectTargets([text]);
          expect(targets.length).toBeLessThanOrEqual(MOST_TARGETS);
          for (const target of targets) expect(target.address).toMatch(/^[A-Za-z0-9_.:%-]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(ApplianceError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
