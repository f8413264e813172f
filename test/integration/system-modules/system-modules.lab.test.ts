import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labDown, labUp } from "#installer/lab/lab.ts";
import { collections } from "../../tooling/collections.ts";
import { oracle } from "../../tooling/oracle.ts";
import { casesIn, recordCases } from "../comparing/case-count.ts";
import { differing, unlike } from "../comparing/comparable.ts";
import { HOST_STATE, SAME_NAME } from "../comparing/host-state.ts";
import { type TaskStory, type Twin, TwinHosts } from "./twin-hosts.ts";

const NAME = "system-modules-test";
const PLAYBOOKS = join(import.meta.dirname, "playbooks");
const playbooks = (await readdir(PLAYBOOKS)).filter((name) => name.endsWith(".yml")).sort();

let hosts: TwinHosts;
let twins: readonly [Twin, Twin];
let cases = 0;

beforeAll(async () => {
  const lab = await labUp({
    name: NAME,
    subnet: "10.82.9.0/24",
    hosts: [
      { name: "original", os: "trixie", memory: "1G" },
      { name: "native", os: "trixie", memory: "1G" },
    ],
  });
  hosts = await TwinHosts.of(lab, await oracle(), await collections());
  const [original, native] = lab.hosts;
  if (original === undefined || native === undefined) throw new Error("the lab has two hosts");
  twins = [
    { engine: "ansible", host: original },
    { engine: "native", host: native },
  ];
  for (const twin of twins) await hosts.ask(twin, `${SAME_NAME}; apt-get -q update`);
});

afterAll(async () => {
  await recordCases(NAME, cases);
  await labDown(NAME);
});

describe("modules about the system, under both engines on hosts that are alike", () => {
  test.each(playbooks)("%s: each task ends alike, and so do the hosts", async (name) => {
    const playbook = join(PLAYBOOKS, name);
    const [theirs = [], ours = []] = await Promise.all(twins.map((twin) => hosts.play(twin, playbook)));
    expect(
      differing(
        theirs.map((told, index) => shown(told, ours[index])),
        ours,
      ),
    ).toEqual([]);
    cases += casesIn(theirs.map((told) => told.result));
    const [there = "", here = ""] = await Promise.all(twins.map((twin) => hosts.ask(twin, HOST_STATE)));
    expect(unlike(there, here)).toEqual([]);
  });
});

/** The original gives some differences also when nobody asked; ours are told only when they are shown. */
function shown(theirs: TaskStory, ours: TaskStory | undefined): TaskStory {
  if (ours?.differences !== undefined) return theirs;
  const { differences: _unseen, ...rest } = theirs;
  return rest;
}
