/** Writes what ansible-inventory says to every call of playbooks/engine/listing/cases/inventories.json beside it. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ListingCase, writeFiles } from "#playbooks/engine/listing/testing.ts";
import { askAnsibleInventory } from "./inventory-oracle.ts";

const folder = join(import.meta.dirname, "../../../playbooks/engine/listing/cases");
const cases = JSON.parse(await readFile(join(folder, "inventories.json"), "utf8")) as readonly ListingCase[];
const root = await mkdtemp(join(tmpdir(), "bdap-record-"));
try {
  const jobs = [];
  for (const [index, { files, calls, environment = {} }] of cases.entries()) {
    const place = join(root, String(index));
    await writeFiles(place, { ".keep": "", ...files });
    for (const words of calls) jobs.push({ folder: place, words, environment });
  }
  const outcomes = await askAnsibleInventory(jobs);
  const byCase: Record<string, (readonly [number, string])[]> = {};
  for (const { name, calls } of cases) {
    byCase[name] = outcomes
      .splice(0, calls.length)
      .map(({ code, output }) => [code, createHash("sha256").update(output).digest("hex").slice(0, 16)]);
  }
  const text = JSON.stringify({ version: "ansible-core 2.19.14", outcomes: byCase }, null, 1);
  await writeFile(join(folder, "ansible-core-2.19.json"), `${text}\n`);
} finally {
  await rm(root, { recursive: true, force: true });
}
