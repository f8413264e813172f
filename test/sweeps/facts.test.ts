import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { factSchemas } from "#inventory/schema/facts.ts";
import type { Fact, FactSections, SectionOutput } from "#playbooks/facts/fact.ts";
import { facts } from "#playbooks/facts/registry.ts";
import { readCases } from "../tooling/capture-facts/case-file.ts";
import { unexplained } from "../tooling/capture-facts/fact-cases.ts";

const FACTS = fileURLToPath(new URL("../../playbooks/facts", import.meta.url));
const CONTEXT = { address: "192.0.2.7", probedAtMilliseconds: 1_795_000_000_000 };

const status = fc.option(fc.integer({ min: 0, max: 255 }), { nil: null });
const garbage: fc.Arbitrary<SectionOutput> = fc.record({
  stdout: fc.oneof(
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.json({ maxDepth: 4 }),
    fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 }).map((lines) => lines.join("\n")),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes).toString("utf8")),
  ),
  stderr: fc.constantFrom("", "#container\n", "#unprivileged\n", "#missing lsblk\n", "\0\u001b[2J"),
  status,
});

test("every fact of the schema has a folder, and no other is there", () => {
  expect(facts.map((fact) => fact.name).sort()).toEqual(Object.keys(factSchemas).sort());
});

describe.each(facts.map((fact) => [fact.name, fact] as const))("%s", (name, fact) => {
  const cases = [...readCases(join(FACTS, name)).values()];

  test("is read from at least three different machines", () => {
    expect(new Set(cases.map((one) => one.machine)).size).toBeGreaterThanOrEqual(3);
  });

  test("has cases of all its sections and no others", () => {
    for (const one of cases) expect(Object.keys(one.sections).sort()).toEqual(Object.keys(fact.sections).sort());
  });

  test.each(["dash", "bash"])("has sections that %s can read", (shell) => {
    for (const script of Object.values(fact.sections))
      execFileSync(shell, ["-n"], { input: script, stdio: ["pipe", "pipe", "pipe"] });
  });

  test("is total on garbage", () => {
    fc.assert(
      fc.property(fc.record(recordOf(fact, garbage), { requiredKeys: [] }), (sections) => {
        expectSound(fact, sections as FactSections);
      }),
      { numRuns: 150 },
    );
  });

  test("is total on captured output that was cut off or mixed up", () => {
    const captured = fc.constantFrom(...cases.flatMap((one) => Object.values(one.sections)));
    const damaged = fc
      .tuple(captured, fc.double({ min: 0, max: 1, noNaN: true }), fc.string({ unit: "binary", maxLength: 8 }), status)
      .map(([output, share, inserted, exit]) => {
        const text = output?.stdout ?? "";
        const at = Math.floor(text.length * share);
        return {
          stdout: `${text.slice(0, at)}${inserted}${exit === null ? "" : text.slice(at)}`,
          stderr: output?.stderr ?? "",
          status: exit,
        };
      });
    fc.assert(
      fc.property(fc.record(recordOf(fact, damaged), { requiredKeys: [] }), (sections) => {
        expectSound(fact, sections as FactSections);
      }),
      { numRuns: 150 },
    );
  });

  test("is total on megabytes, and its reading stays small", () => {
    const [one] = cases;
    const captured = Object.values(one?.sections ?? {}).map((output) => output?.stdout ?? "");
    const texts = [
      ...captured.map((text) => text.repeat(Math.ceil(1_000_000 / (text.length + 1)))),
      "9".repeat(5_000_000),
      '{["'.repeat(1_000_000),
    ];
    for (const text of new Set(texts)) {
      const sections = Object.fromEntries(
        Object.keys(fact.sections).map((section) => [section, { stdout: text, stderr: "", status: 0 }]),
      );
      const reading = expectSound(fact, sections);
      expect(JSON.stringify(reading).length).toBeLessThan(5_000_000);
    }
  });
});

function recordOf<T>(fact: Fact, output: fc.Arbitrary<T>): Record<string, fc.Arbitrary<T>> {
  return Object.fromEntries(Object.keys(fact.sections).map((name) => [name, output]));
}

/** A reading that fits its schema, gives a reason for every null, and holds no control characters. */
function expectSound(fact: Fact, sections: FactSections) {
  const reading = fact.parse(sections, CONTEXT);
  if (reading.value !== null) expect(schemaProblems(factSchemas[fact.name], reading.value)).toEqual([]);
  expect(reading.value !== null || reading.unknown.length > 0).toBe(true);
  if (reading.unknown.length < 20_000) expect(unexplained(reading)).toEqual([]);
  expect(JSON.stringify(reading)).not.toMatch(/\\u00[01][0-9a-f]|\\[nrtbf]|[\u007f-\u009f\u200b-\u200f\u2028-\u202e]/);
  return reading;
}
