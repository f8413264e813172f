import { copyFile, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { casesIn, recordCases } from "#test/integration/comparing/case-count.ts";
import { type Oracle, oracle } from "#test/tooling/oracle.ts";
import { runUnderAnsible } from "../ansible/ansible.ts";
import { runPlaybook } from "../engine.ts";
import type { EngineEvent } from "../events.ts";
import type { PlaybookOutcome, PlaybookRun } from "../run.ts";

const CASES = fileURLToPath(new URL("cases/", import.meta.url));
/** Copied out of the real ansible-core for the time of the test, under names no operation answers to. */
const REAL = "file stat lineinfile blockinfile replace slurp find command tempfile getent ping wait_for setup".split(
  " ",
);
/** What differs from run to run. */
const VOLATILE =
  /^(?:ansible_job_id|results_file|attempts|start|end|delta|[acm]time|inode|elapsed|version|md5sum|checksum|size|path|warnings|deprecations|exception|invocation|diff)$/;

let real: Oracle;
let folder: string;
let cases = 0;

beforeAll(async () => {
  real = await oracle();
  folder = await mkdtemp(join(tmpdir(), "bdap-foreign-"));
  await cp(CASES, folder, { recursive: true });
  const packages = join(real.python, "..", "..", "lib");
  const [version = ""] = await readdir(packages);
  for (const name of REAL) {
    const from = join(packages, version, "site-packages", "ansible", "modules", `${name}.py`);
    await copyFile(from, join(folder, "library", `real_${name}.py`));
  }
});

afterAll(async () => {
  await recordCases("foreign-modules", cases);
  await rm(folder, { recursive: true, force: true });
});

async function told(run: (given: PlaybookRun) => Promise<PlaybookOutcome>, playbook: string) {
  const scratch = join(folder, "scratch");
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch);
  const results: unknown[] = [];
  const onEvent = (event: EngineEvent) => {
    if (event.type === "task-result") results.push([event.task, event.status, comparable(event.result, true)]);
  };
  const outcome = await run({
    playbook: join(folder, playbook),
    inventory: [join(folder, "inventory.yml")],
    rolesPath: [],
    extraVariables: { scratch: join(scratch, "s"), ansible_python_interpreter: real.python },
    forks: 5,
    check: false,
    diff: false,
    environment: { PATH: join(real.python, "..") },
    connect: () => Promise.reject(new Error("every host is local")),
    onEvent,
    signal: new AbortController().signal,
  });
  return { results, outcome };
}

function comparable(value: unknown, isWhole = false): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item));
  if (typeof value === "string") return value.replace(/ansible-tmp-[\w.-]+/g, "TMP");
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !VOLATILE.test(key) && !key.startsWith("_ansible"));
  // A callback is given no verdict of a whole result, which the status says.
  const plain = isWhole ? kept.filter(([key]) => !["failed", "skipped"].includes(key)) : kept;
  return Object.fromEntries(plain.map(([key, item]) => [key, comparable(item)]));
}

test.each(["answers.yml", "background.yml", "roles.yml", "real.yml"])(
  "%s gives the same under both engines",
  async (playbook) => {
    const theirs = await told((run) => runUnderAnsible(run, { ansiblePlaybook: real.ansiblePlaybook }), playbook);
    const ours = await told(runPlaybook, playbook);
    expect(ours).toEqual(theirs);
    cases += casesIn((theirs.results as [unknown, unknown, unknown][]).map(([, , result]) => result));
  },
);
