import { readdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { scriptRun } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  await writeFile(trial.path("a b.sh"), '#!/bin/sh\necho "$#:$1:$NAME:$PWD"; echo "$0" >&2; cat; exit ${2:-0}\n');
});
afterEach(() => trial.close());

const run = async (raw: Record<string, unknown>, options = {}) => (await trial.run(scriptRun, raw, options)).result;

describe("script", () => {
  it("runs a script of the controller with arguments, environment and folder, and leaves nothing", async () => {
    const raw = { _raw_params: "'a b.sh' 'x  y' 3", chdir: trial.folder };
    const result = await run(raw, { environment: { NAME: "n" } });
    expect(result).toMatchObject({ changed: true, failed: true, rc: 3, stdout: `2:x  y:n:${trial.folder}\n` });
    expect(result.stderr).toContain("a b.sh");
    const left = await readdir(`${homedir()}/.ansible/tmp`).catch(() => []);
    expect(left.filter((name) => name.startsWith("bdap-script-"))).toEqual([]);
    expect(await readdir(trial.folder)).toEqual(["a b.sh"]);
  });

  it("is skipped where a path says so, and under check mode", async () => {
    const raw = { cmd: "'a b.sh'" };
    expect(await run({ ...raw, creates: trial.folder })).toMatchObject({ skipped: true });
    expect(await run({ ...raw, removes: trial.path("gone") })).toMatchObject({ skipped: true });
    expect(await run(raw, { check: true })).toMatchObject({ skipped: true, changed: false });
    expect(await run({ ...raw, creates: trial.path("gone") }, { check: true })).toEqual({ changed: true });
    expect(await run({ ...raw, chdir: "x" })).toMatchObject({ failed: true });
  });
});
