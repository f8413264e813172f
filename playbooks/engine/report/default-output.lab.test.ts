import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { oracle } from "#test/tooling/oracle.ts";

const CASES = fileURLToPath(new URL("cases/output", import.meta.url));
const COMPAT = fileURLToPath(new URL("../compat/bin/ansible-playbook", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-output-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One run: what it printed, the times in it masked, and what it ended with. */
async function run(program: string, words: readonly string[], environment: Readonly<Record<string, string>>) {
  await rm(folder, { recursive: true, force: true });
  await execa("mkdir", ["-p", folder]);
  const all = ["-i", "inventory", "-f", "1", "-e", `folder=${folder}`, ...words];
  const { stdout, exitCode } = await execa(program, all, {
    cwd: CASES,
    reject: false,
    env: { HOME: folder, ANSIBLE_NOCOLOR: "1", ...environment },
  });
  const masked = stdout
    .replace(/"(delta|start|end)": "[^"]*"/g, '"$1": "…"')
    .replace(/^( *)(delta|start|end): .*$/gm, "$1$2: …");
  return { exitCode, text: masked };
}

/** Every line of both, under ansible-core 2.19 and under this engine. */
test.each<[string, Readonly<Record<string, string>>]>([
  ["results.yml", {}],
  ["results.yml", { ANSIBLE_CALLBACK_RESULT_FORMAT: "yaml" }],
  ["results.yml", { ANSIBLE_DISPLAY_SKIPPED_HOSTS: "no", ANSIBLE_DISPLAY_OK_HOSTS: "no" }],
  ["results.yml", { ANSIBLE_FORCE_COLOR: "1", ANSIBLE_NOCOLOR: "" }],
  ["includes.yml -v", {}],
  ["includes.yml --limit h2", {}],
  ["includes.yml --list-tasks --list-tags --list-hosts --limit h1", {}],
  ["differences.yml -D", {}],
  ["differences.yml -CD", { ANSIBLE_CHECK_MODE_MARKERS: "1" }],
  ["failing.yml", {}],
])("%s prints and ends as the original does %j", async (words, environment) => {
  const { ansiblePlaybook } = await oracle();
  const stock = await run(ansiblePlaybook, words.split(" "), environment);
  expect(stock.text).not.toBe("");
  expect(await run(COMPAT, words.split(" "), environment)).toEqual(stock);
});
