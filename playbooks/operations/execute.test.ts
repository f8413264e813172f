import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { executePlan, readerOf } from "./execute.ts";
import type { Change, OperationPlan } from "./operation.ts";
import { openTrial, type Trial } from "./testing.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const signal = new AbortController().signal;
const execute = (plan: OperationPlan) => executePlan(plan, trial.connector, undefined, signal);
const run = (script: string): Change => ({ kind: "run", title: script, command: { script } });

describe("executePlan", () => {
  it("makes changes in order and lets the plan judge", async () => {
    const path = trial.path("f");
    const { result, outcomes } = await execute({
      changes: [
        { kind: "write", title: "write", file: { path, content: "1" } },
        run(`printf 2 >>'${path}'`),
        run(`cat '${path}'`),
      ],
      result: { changed: true },
      conclude: (all) => ({ changed: true, stdout: all.at(-1)?.stdout }),
    });
    expect(result).toEqual({ changed: true, stdout: "12" });
    expect(outcomes).toHaveLength(2);
  });

  it("stops at the first change that fails, in the command's own words", async () => {
    const { result, outcomes } = await execute({
      changes: [run("echo no >&2; exit 3"), run(`touch '${trial.path("never")}'`)],
      result: { changed: true, path: "/x" },
    });
    expect(result).toMatchObject({ failed: true, changed: false, msg: "no", rc: 3, path: "/x" });
    expect(outcomes).toHaveLength(1);
    await expect(readFile(trial.path("never"))).rejects.toThrow();
  });

  it("makes a refused file a failure, not an exception", async () => {
    const file = { path: trial.path("missing/f"), content: "x" };
    const { result } = await execute({ changes: [{ kind: "write", title: "write", file }], result: { changed: true } });
    expect(result).toMatchObject({ failed: true, changed: false });
  });

  it("is a failure when more was printed than is kept, with the beginning of it", async () => {
    const { result } = await execute({
      changes: [run("head -c 17000000 /dev/zero | tr '\\0' x")],
      result: { changed: true },
      conclude: ([outcome]) => ({ changed: true, rc: outcome?.status, stdout: outcome?.stdout }),
    });
    expect(result).toMatchObject({ failed: true, changed: true, rc: 0, msg: expect.stringContaining("16 MiB") });
    expect(result["stdout"]).toBe("x".repeat(1000));
  });

  it("throws when cancelled", async () => {
    const plan: OperationPlan = { changes: [run("true")], result: { changed: true } };
    await expect(executePlan(plan, trial.connector, undefined, AbortSignal.abort())).rejects.toThrow();
  });
});

describe("readerOf", () => {
  it("reads with the task's environment, and no file as undefined", async () => {
    const read = readerOf(trial.connector, undefined, { NAME: "value" }, signal);
    expect((await read.run('printf %s "$NAME"')).stdout).toBe("value");
    expect(await read.readFile(trial.path("none"))).toBeUndefined();
  });

  it("gives no reading that was cut unless that is asked for", async () => {
    const read = readerOf(trial.connector, undefined, {}, signal);
    const long = "head -c 17000000 /dev/zero | tr '\\0' x";
    await expect(read.run(long)).rejects.toMatchObject({ code: "PLAYBOOKS_OUTPUT_TOO_LONG" });
    expect((await read.run(long, { mayBeCut: true })).truncated).toBe(true);
  });
});
