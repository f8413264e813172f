import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FactSections } from "#playbooks/facts/fact.ts";
import { type FactCase, readCases } from "#test/tooling/capture-facts/case-file.ts";
import { testFactCases } from "#test/tooling/capture-facts/fact-cases.ts";
import { disks } from "./fact.ts";

testFactCases(disks, import.meta.url);

const cases = [...readCases(fileURLToPath(new URL(".", import.meta.url))).values()];

function emptiness(sections: FactSections): Map<string, boolean | null> {
  const { value } = disks.parse(sections, { address: "", probedAtMilliseconds: 0 });
  return new Map(value?.disks.map((disk) => [disk.name, disk.empty]));
}

function without(one: FactCase, section: string, lines: (line: string) => boolean): FactSections {
  const output = one.sections[section];
  const stdout = (output?.stdout ?? "").split("\n").filter(lines).join("\n");
  return { ...one.sections, [section]: { stdout, stderr: output?.stderr ?? "", status: 0 } };
}

describe("a disk is empty only if everything was read and nothing found", () => {
  const one = cases.find((candidate) => candidate.machine === "qemu-odd-strings");
  if (one === undefined) throw new Error("the case of qemu-odd-strings is gone");

  test("when all was read", () => {
    expect([...emptiness(one.sections)].filter(([, empty]) => empty === true).map(([name]) => name)).toEqual(["vdb"]);
  });
  test.each(["usage", "signatures"])("not without the section %s", (section) => {
    expect(emptiness({ ...one.sections, [section]: undefined }).get("vdb")).toBe(null);
  });
  test.each(["blkid", "wipefs", "data"])("not without %s", (frame) => {
    expect(
      emptiness(
        without(one, "signatures", (line) => line !== `@@ ${frame} vdb` && !line.startsWith(`@@ ${frame} vdb `)),
      ).get("vdb"),
    ).toBe(null);
  });
  test("not when the list of devices ends early", () => {
    expect(emptiness(without(one, "devices", (line) => line !== "@@ done")).get("vdb")).toBe(null);
    const devices = { stdout: one.sections["devices"]?.stdout ?? "", stderr: "", status: null };
    expect(emptiness({ ...one.sections, devices }).get("vdb")).toBe(null);
  });
  test("not when open files were not looked at", () => {
    expect(emptiness(without(one, "usage", (line) => !/^status [01]$/.test(line))).get("vdb")).toBe(null);
  });
  test.each(["mounts", "swaps", "done"])("not without %s", (frame) => {
    expect(emptiness(without(one, "usage", (line) => line !== `@@ ${frame}`)).get("vdb")).toBe(null);
  });
  test("not when blkid or wipefs failed", () => {
    for (const status of ["4", "124"]) {
      const stdout = one.sections["signatures"]?.stdout.replace(/(@@ wipefs vdb\n[^@]*@@ end) 0/, `$1 ${status}`) ?? "";
      const sections = { ...one.sections, signatures: { stdout, stderr: "", status: 0 } };
      expect(stdout).not.toBe(one.sections["signatures"]?.stdout);
      expect(emptiness(sections).get("vdb")).toBe(null);
    }
  });
  test("and no cut through any output makes one empty that is not", () => {
    const damage = fc.record({
      of: fc.constantFrom(...cases),
      section: fc.constantFrom("devices", "usage", "signatures", "names", "smart"),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      status: fc.constantFrom(0, null, 124),
    });
    fc.assert(
      fc.property(damage, ({ of, section, share, status }) => {
        const before = emptiness(of.sections);
        const output = of.sections[section];
        const stdout = (output?.stdout ?? "").slice(0, Math.floor((output?.stdout.length ?? 0) * share));
        const after = emptiness({ ...of.sections, [section]: { stdout, stderr: output?.stderr ?? "", status } });
        for (const [name, empty] of after) if (empty === true) expect([name, before.get(name)]).toEqual([name, true]);
      }),
      { numRuns: 500 },
    );
  });
});

test("a server that claims thousands of everything costs no more than reading it once", () => {
  const many = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => line(index)).join("\n");
  const output = (stdout: string) => ({ stdout, stderr: "", status: 0 });
  const devices = [
    "@@ disks",
    many(5_000, (n) => `d${n}`),
    "@@ attributes",
    many(40_000, (n) => `d${n % 5_000}/d${n % 5_000}p${n}/size:8`),
    "@@ stacked",
    many(20_000, (n) => `d${n % 5_000} dm-${n} 253:${n}`),
    "@@ done",
  ];
  const usage = [
    "@@ mounts",
    many(90_000, (n) => `${n} 1 8:0 / /mnt/${n} rw - ext4 /dev/d1 rw`),
    "@@ swaps",
    "x",
    "@@ openers",
    "@@ done",
  ];
  const { value, unknown } = disks.parse(
    {
      devices: output(devices.join("\n")),
      names: output(many(90_000, (n) => `lrwxrwxrwx 1 root root 9 Nov 1 10:00 l${n} -> ../../d1`)),
      usage: output(usage.join("\n")),
      signatures: output(many(90_000, (n) => `@@ blkid d${n}`)),
      smart: output(many(90_000, (n) => `@@ smart d${n}`)),
    },
    { address: "", probedAtMilliseconds: 0 },
  );
  expect(value?.disks.length).toBe(1_000);
  expect(unknown.length).toBeLessThanOrEqual(20_000);
});
