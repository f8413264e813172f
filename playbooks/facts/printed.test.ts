import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanText, field, keyValues, Printed, scaledNumber, wholeNumber } from "./printed.ts";

describe("cleanText", () => {
  test.each([
    ["  Dell\tInc. \r\n", "Dell Inc."],
    ["\u001b[31mred\u0007", "[31mred"],
    ["a\u202eb\u200bc\u0000d", "a b c d"],
    ["\u0000 \n", null],
    ["", null],
    [undefined, null],
  ])("%j is %j", (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });
  test("never longer than asked for, never with half a character at its end", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const clean = cleanText(text, limit);
        if (clean === null) return;
        expect(clean.length).toBeLessThanOrEqual(limit);
        expect(clean.isWellFormed()).toBe(true);
        expect(cleanText(clean, limit)).toBe(clean);
      }),
    );
  });
});

test.each([
  ["42", 42],
  [" 0x1f\n", 31],
  ["-1", null],
  ["1e3", null],
  ["99999999999999999999", null],
  ["", null],
])("wholeNumber(%j) is %j", (text, value) => {
  expect(wholeNumber(text)).toBe(value);
});

test("a number that is no longer exact is not a number", () => {
  expect(scaledNumber("1024", 512)).toBe(524_288);
  expect(scaledNumber("9007199254740991", 512)).toBe(null);
});

test("of equal keys the first counts, and a line without the separator is none", () => {
  expect([...keyValues(["a: 1", "b", "a: 2", ": 3"], ":")]).toEqual([["a", "1"]]);
});

test("inherited properties of a document are not read", () => {
  expect(field({ a: { b: 1 } }, "a", "b")).toBe(1);
  expect(field({}, "constructor")).toBe(undefined);
});

describe("why something was not printed", () => {
  const why = (stderr: string, status: number | null = 0) =>
    new Printed({ stdout: "", stderr, status }).why("own", "lspci");
  test("names the tool that is missing before anything else", () => {
    expect(why("#unprivileged\n#missing lspci\n", null)).toBe("lspci is not installed");
    expect(why("#unprivileged\n#missing other\n")).toBe("needs root");
    expect(why("", null)).toBe("reading did not finish in time");
    expect(why("")).toBe("own");
    expect(new Printed(undefined).why("own")).toBe("was not read");
  });
  test("a line that was cut off is left out", () => {
    expect(new Printed({ stdout: "size:100\nsize:2", stderr: "", status: null }).text).toBe("size:100\n");
    expect(new Printed({ stdout: "size:100\nsize:2", stderr: "", status: 0 }).lines).toEqual(["size:100", "size:2"]);
  });
});
