import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startHttpServer } from "#test/fakes/http-server.ts";
import { casesIn, recordCases } from "#test/integration/comparing/case-count.ts";
import { type Oracle, oracle } from "#test/tooling/oracle.ts";
import { runUnderAnsible } from "./ansible/ansible.ts";
import { runPlaybook } from "./engine.ts";
import type { EngineEvent } from "./events.ts";
import type { PlaybookOutcome, PlaybookRun } from "./run.ts";

const folder = fileURLToPath(new URL("cases/playbooks/", import.meta.url));
const playbooks = (await readdir(folder)).filter((name) => name.endsWith(".yml") && name !== "inventory.yml").sort();

/** Keys that differ from run to run, or that only say how Ansible went about it. */
const VOLATILE = new Set([
  "start",
  "end",
  "delta",
  "invocation",
  "reason",
  "atime",
  "ctime",
  "mtime",
  "inode",
  "version",
  "ansible_facts",
  "exception",
  "src",
  "skip_reason",
  "include",
  "include_args",
  "diff",
  "warnings",
  "deprecations",
  "uid",
  "gid",
  "md5sum",
  "_ansible_no_log",
  "ansible_job_id",
  "results_file",
  "child_pid",
  "erased",
]);

let real: Oracle;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => {
  [real, server] = await Promise.all([oracle(), startHttpServer()]);
});
afterAll(() => server.close());

/** Texts in which only this run's own folders, numbers and times differ. */
function evened(text: string, scratch: string): string {
  return text
    .replaceAll(scratch, "SCRATCH")
    .replace(/\.\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d~/g, ".STAMP~")
    .replace(/[^" ]*\/(?:ansible-tmp-[\d.]+-\d+-\d+|bdap-unpack-\w+)\//g, "TEMPORARY/");
}

/** What happened on each host, in order: task, status and result. */
function story(events: readonly EngineEvent[]): Record<string, unknown[]> {
  const hosts: Record<string, unknown[]> = {};
  for (const event of events) {
    if (event.type !== "task-result") continue;
    // Ansible tells of an include only afterwards, by another event; what was included follows all the same.
    // A role's name stands behind `include_role` where the task is shown, which the default output's test compares.
    const task = event.task.replace(/^(include_role) : .*/, "$1");
    if (task === "meta" || (/include_(tasks|role)$/.test(task) && event.status === "ok")) continue;
    const status = event.status === "rescued" ? "failed" : event.status;
    const list = hosts[event.host] ?? [];
    hosts[event.host] = list;
    list.push([task, status, comparable(event.result, status === "failed" || status === "ignored", true)]);
  }
  return hosts;
}

function comparable(value: unknown, isFailure: boolean, isWhole = false): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, isFailure));
  if (typeof value !== "object" || value === null) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (VOLATILE.has(key) || key.startsWith("_ansible")) continue;
    if (isFailure && key === "msg") continue;
    kept[key] = comparable(item, isFailure);
  }
  // A callback is not given these of a whole result: the status says it.
  if (isWhole) for (const key of ["failed", "skipped"]) delete kept[key];
  return kept;
}

async function told(
  run: (given: PlaybookRun) => Promise<PlaybookOutcome>,
  playbook: string,
  more: Partial<PlaybookRun> = {},
) {
  const scratch = await mkdtemp(join(tmpdir(), "bdap-differential-"));
  const events: EngineEvent[] = [];
  try {
    const outcome = await run({
      playbook: join(folder, playbook),
      inventory: [join(folder, "inventory.yml")],
      rolesPath: [],
      extraVariables: { server: server.url, scratch: join(scratch, "s"), ansible_python_interpreter: real.python },
      forks: 5,
      check: false,
      diff: false,
      connect: () => Promise.reject(new Error("every host is local")),
      onEvent: (event) => {
        events.push(event);
      },
      signal: new AbortController().signal,
      ...more,
    });
    return JSON.parse(evened(JSON.stringify({ story: story(events), outcome }), scratch)) as unknown;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

let cases = 0;
afterAll(() => recordCases("playbooks-differential", cases));

/** Counts the task situations of a run: what was told of each task on each host. */
function count(run: unknown): void {
  const hosts = (run as { story: Record<string, [task: string, status: string, result: unknown][]> }).story;
  cases += casesIn(Object.values(hosts).flatMap((told) => told.map(([, , result]) => result)));
}

describe("the same playbook under both engines", () => {
  test.each(playbooks)("%s", async (playbook) => {
    const theirs = await told((run) => runUnderAnsible(run, { ansiblePlaybook: real.ansiblePlaybook }), playbook);
    const ours = await told(runPlaybook, playbook);
    expect(ours).toEqual(theirs);
    count(theirs);
  });

  test.each([
    { tags: ["a"] },
    { tags: ["never"] },
    { skipTags: ["a"] },
    { tags: ["untagged"] },
    { tags: ["c"], skipTags: ["always"] },
    { limit: "web:!two" },
  ])("tags.yml with %j", async (more) => {
    const theirs = await told(
      (run) => runUnderAnsible(run, { ansiblePlaybook: real.ansiblePlaybook }),
      "tags.yml",
      more,
    );
    expect(await told(runPlaybook, "tags.yml", more)).toEqual(theirs);
  });

  test.each(["files.yml", "environment.yml"])("%s in check mode", async (playbook) => {
    const more = { check: true };
    const theirs = await told((run) => runUnderAnsible(run, { ansiblePlaybook: real.ansiblePlaybook }), playbook, more);
    expect(await told(runPlaybook, playbook, more)).toEqual(theirs);
  });
});
