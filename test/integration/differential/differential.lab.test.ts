import { copyFile, cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labDown, labUp } from "#installer/lab/lab.ts";
import { oracle } from "../../tooling/oracle.ts";
import { casesIn, recordCases } from "../comparing/case-count.ts";
import { differing, unlike } from "../comparing/comparable.ts";
import { HOST_STATE, SAME_NAME } from "../comparing/host-state.ts";
import type { Told, ToldRun } from "./told.ts";
import { Twin } from "./twin.ts";

const NAME = "differential-test";
const PLAYBOOKS = join(import.meta.dirname, "playbooks");
const FOREIGN = join(import.meta.dirname, "../../../playbooks/engine/foreign-modules/cases");
const INVENTORY = join(PLAYBOOKS, "inventory.yml");
const playbooks = (await readdir(PLAYBOOKS)).filter((name) => name.endsWith(".yml") && name !== "inventory.yml").sort();

let original: Twin;
let ours: Twin;
let onNode: Twin;
let scratch: string;
let cases = 0;

beforeAll(async () => {
  const hosts = ["original", "ours", "on-node"].map((name) => ({ name, os: "trixie", memory: "1G" }) as const);
  const lab = await labUp({ name: NAME, subnet: "10.82.8.0/24", hosts });
  const [first, second, third] = lab.hosts;
  if (first === undefined || second === undefined || third === undefined) throw new Error("the lab has three hosts");
  original = await Twin.of("ansible", lab, first);
  ours = await Twin.of("ssh", lab, second);
  onNode = await Twin.of("local", lab, third);
  await Promise.all(
    [original, ours, onNode].map(async (twin) => {
      await twin.ask(SAME_NAME);
      await twin.prepare();
    }),
  );
  scratch = await foreignCases();
});

afterAll(async () => {
  await recordCases(NAME, cases);
  await labDown(NAME);
  await rm(scratch, { recursive: true, force: true });
});

/** The playbooks about modules written for Ansible, with some of ansible-core's own under other names. */
async function foreignCases(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "differential-"));
  await cp(FOREIGN, folder, { recursive: true });
  const packages = join((await oracle()).python, "..", "..", "lib");
  const [version = ""] = await readdir(packages);
  const modules = join(packages, version, "site-packages", "ansible", "modules");
  for (const name of ["stat", "file", "lineinfile"])
    await copyFile(join(modules, `${name}.py`), join(folder, "library", `real_${name}.py`));
  return folder;
}

/** Two runs told of the same: everything on each host in the same order, the same recap, the same exit code. */
function expectAlike(one: ToldRun, other: ToldRun): void {
  const hosts = new Set([...one.story, ...other.story].map((told) => told.host));
  const about = (run: ToldRun, host: string | undefined): Told[] => run.story.filter((told) => told.host === host);
  expect([...hosts].flatMap((host) => differing(about(one, host), about(other, host)))).toEqual([]);
  expect(other.outcome).toEqual(one.outcome);
}

function resultsOf(run: ToldRun): unknown[] {
  return run.story.filter((told) => told.status !== undefined).map((told) => told.result);
}

async function expectSameState(one: Twin, other: Twin): Promise<void> {
  const [there, here] = await Promise.all([one, other].map((twin) => twin.ask(HOST_STATE)));
  expect(there).toContain("account root:");
  expect(unlike(there ?? "", here ?? "")).toEqual([]);
}

describe.each(playbooks)("%s", (name) => {
  test("tells, counts and leaves the same under ansible-playbook, under ours, and under ours on the host itself", async () => {
    const playbook = join(PLAYBOOKS, name);
    for (const round of [1, 2]) {
      const [theirs, here, there] = await Promise.all(
        [original, ours, onNode].map((twin) => twin.play(playbook, INVENTORY)),
      );
      if (theirs === undefined || here === undefined || there === undefined) throw new Error("three runs");
      expectAlike(theirs, here);
      expectAlike(here, there);
      if (round === 1) cases += casesIn(resultsOf(theirs));
    }
    await expectSameState(original, ours);
    await expectSameState(ours, onNode);
  });
});

test("modules written for Ansible, as several users: the same under both engines", async () => {
  const playbook = join(scratch, "on-hosts.yml");
  for (const round of [1, 2]) {
    const [theirs, here] = await Promise.all([original, ours].map((twin) => twin.play(playbook, INVENTORY)));
    if (theirs === undefined || here === undefined) throw new Error("two runs");
    expectAlike(theirs, here);
    if (round === 1) cases += casesIn(resultsOf(theirs));
  }
  await expectSameState(original, ours);
  expect(await ours.ask("ls -d /tmp/ansible-bdap-* 2>/dev/null || echo none")).toBe("none\n");
});

test("a host without Python: modules written in it fail before anything is done", async () => {
  await ours.ask("for p in /usr/bin/python3*; do mv $p $p.away; done");
  const run = await ours
    .play(join(scratch, "on-hosts.yml"), INVENTORY)
    .finally(() => ours.ask("for p in /usr/bin/python3*.away; do mv $p ${p%.away}; done"));
  expect(run.story.find((told) => told.status !== undefined)).toMatchObject({
    status: "failed",
    result: { msg: expect.stringContaining("The module interpreter '/usr/bin/python3' was not found.") },
  });
});
