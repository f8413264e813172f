import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivateFolder } from "./private-folder.ts";

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "private-"));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test("nobody else can look into it, and it goes as a whole", async () => {
  const folder = await makePrivateFolder([join(place, "nowhere"), place]);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(folder.path, "variables.json"), "{}");
  await folder.remove();
  expect(existsSync(folder.path)).toBe(false);
});

test("secrets of a killed run are removed by the next one, those of a living one and foreign folders are not", async () => {
  // Above the highest process id that Linux gives (PID_MAX_LIMIT, 2^22).
  const [dead, living, foreign] = [
    "bdap-ansible-4194305-AbCdEf",
    `bdap-ansible-${process.pid}-AbCdEf`,
    "bdap-ansible-x",
  ];
  for (const name of [dead, living, foreign]) mkdirSync(join(place, name));
  writeFileSync(join(place, dead, "variables.json"), "secret");
  await makePrivateFolder([place]);
  expect([dead, living, foreign].map((name) => existsSync(join(place, name)))).toEqual([false, true, true]);
});
