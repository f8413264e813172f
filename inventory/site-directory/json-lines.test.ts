import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openJsonLines, readJsonLines } from "./json-lines.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bdap-lines-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a record that only half fits on the disk leaves no half behind", async () => {
  const path = join(folder, "journal.jsonl");
  // A limit on the size of files takes the first part of a write and refuses the rest, as a full disk does.
  const writer = `
    const { openJsonLines } = await import(${JSON.stringify(join(import.meta.dirname, "json-lines.ts"))});
    process.on("SIGXFSZ", () => undefined);
    const lines = await openJsonLines(${JSON.stringify(path)});
    await lines.append({ record: 1 });
    const refused = await lines.append({ record: "x".repeat(100_000) }).then(() => "", (error) => error.code);
    await lines.append({ record: 3 });
    process.stdout.write(refused);
  `;
  const script = `ulimit -f 8; exec "$0" --input-type=module -e "$1"`;
  const refused = execFileSync("sh", ["-c", script, process.execPath, writer], { encoding: "utf8" });
  expect(refused).toBe("EFBIG");
  expect(await readJsonLines(path)).toEqual([{ record: 1 }, { record: 3 }]);
});

test("records that overlap are on the disk in the order of the calls, and each call ends after its own", async () => {
  const path = join(folder, "journal.jsonl");
  const lines = await openJsonLines(path);
  const missing: number[] = [];
  const append = async (record: number) => {
    await lines.append({ record });
    if (!(await readJsonLines(path)).some((known) => known["record"] === record)) missing.push(record);
  };
  const first = Array.from({ length: 50 }, (_, record) => append(record));
  await first[0];
  const second = Array.from({ length: 50 }, (_, record) => append(50 + record));
  await Promise.all([...first, ...second]);
  await lines.close();
  expect(missing).toEqual([]);
  expect((await readJsonLines(path)).map(({ record }) => record)).toEqual(Array.from({ length: 100 }, (_, at) => at));
});
