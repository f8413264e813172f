import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { askAnsibleInventory } from "#test/tooling/inventory-oracle/inventory-oracle.ts";
import { askOurs, type ListingCase, writeFiles } from "./testing.ts";

const cases = JSON.parse(
  readFileSync(join(import.meta.dirname, "cases/inventories.json"), "utf8"),
) as readonly ListingCase[];

test("every inventory is listed as ansible-inventory lists it, byte for byte", async () => {
  const root = await mkdtemp(join(tmpdir(), "bdap-listing-"));
  try {
    const calls = [];
    for (const [index, { name, files, calls: words, environment = {} }] of cases.entries()) {
      const folder = join(root, String(index));
      await writeFiles(folder, { ".keep": "", ...files });
      for (const each of words) calls.push({ name, folder, words: each, environment });
    }
    const theirs = await askAnsibleInventory(calls);
    const differences = [];
    for (const [index, { name, folder, words, environment }] of calls.entries()) {
      const ours = await askOurs(folder, words, environment);
      const { code, output } = theirs[index] ?? { code: -1, output: "" };
      if (ours.code !== code || ours.output !== output) differences.push({ name, words, theirs: theirs[index], ours });
    }
    expect(differences).toEqual([]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
