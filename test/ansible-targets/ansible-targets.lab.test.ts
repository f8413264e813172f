import { dirname } from "node:path";
import { expect, test } from "vitest";
import { oracle } from "../tooling/oracle.ts";
import { runTarget } from "./run-target.ts";
import { integrationTests } from "./source.ts";
import { DEADLINE_SECONDS, FAST_TARGETS } from "./targets.ts";

/** The quick ones of Ansible's own targets, those that pass here; `node test/ansible-targets/main.ts` runs all of them. */
test.each(FAST_TARGETS)("Ansible's own target %s passes", async (target) => {
  const { python } = await oracle();
  const tests = await integrationTests(python);
  const options = { tests, python, programs: dirname(python), deadlineSeconds: DEADLINE_SECONDS };
  expect(await runTarget(target, "ours", options)).toMatchObject({ passed: true, reason: "" });
});
