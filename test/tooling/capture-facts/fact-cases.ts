import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { type FactReading, factSchemas } from "#inventory/schema/facts.ts";
import type { Fact } from "#playbooks/facts/fact.ts";
import { readCases } from "./case-file.ts";

/** Where a fact's garbage comes from: nothing printed, sections that failed, text that means nothing. */
const GARBAGE = [
  "",
  "\n",
  "\0\u0001\u001b[31m",
  "{",
  "[[[]]]",
  "null",
  "a:b=c|d,e;f",
  ":::\n===\n@@ @@\n",
  "9".repeat(400),
];
const NOWHERE = { address: "", probedAtMilliseconds: 0 };

/** Tests that every case file beside `url` reads as it says, and that silence and garbage are readings too. */
export function testFactCases(fact: Fact, url: string): void {
  describe(`${fact.name} cases`, () => {
    for (const [name, { context, sections, expect: expected }] of readCases(fileURLToPath(new URL(".", url))))
      test(name, () => {
        const reading = fact.parse(sections, context);
        expect(reading).toEqual(expected);
        expect(schemaProblems(factSchemas[fact.name], reading.value)).toEqual([]);
        expect(unexplained(reading)).toEqual([]);
      });
    test("sections that never ran leave everything unknown, with a reason", () => {
      const { value, unknown } = fact.parse({}, NOWHERE);
      expect(leavesKnown(value)).toEqual([]);
      expect(unknown.length).toBeGreaterThan(0);
    });
    test.each(GARBAGE.map((text) => [text]))("garbage %j is a reading that fits the schema", (text) => {
      for (const status of [0, 1, null]) {
        const output = { stdout: text, stderr: text, status };
        const sections = Object.fromEntries(Object.keys(fact.sections).map((name) => [name, output]));
        const reading = fact.parse(sections, NOWHERE);
        if (reading.value !== null) expect(schemaProblems(factSchemas[fact.name], reading.value)).toEqual([]);
      }
    });
  });
}

/** Nulls that say "there is none", not "not known". */
const NONE = /^(?:disks\/\d+\/signatures\/\d+\/(?:label|uuid)|interfaces\/\d+\/neighbour\/\w+)$/;

/** Paths of nulls in a reading that neither they nor anything they are part of gives a reason for. */
export function unexplained({ value, unknown }: FactReading<unknown>): string[] {
  const reasons = new Set(unknown.map((entry) => entry.field));
  const explained = (path: string) =>
    path.split("/").some((_, index, parts) => reasons.has(parts.slice(0, index + 1).join("/"))) || NONE.test(path);
  return nullsIn(value, "").filter((path) => !reasons.has("") && !explained(path));
}

function nullsIn(value: unknown, path: string): string[] {
  if (value === null) return [path];
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([key, child]) =>
    nullsIn(child, path === "" ? key : `${path}/${key}`),
  );
}

function leavesKnown(value: unknown): unknown[] {
  if (value === null) return [];
  if (typeof value === "object") return Object.values(value).flatMap(leavesKnown);
  return [value];
}
