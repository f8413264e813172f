import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { executePlan } from "../execute.ts";
import { openTrial, type Trial } from "../testing.ts";
import { fileFetched } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  await writeFile(trial.path("a"), Buffer.from([0, 255, 10]));
});
afterEach(() => trial.close());

const run = async (raw: Record<string, unknown>, options = {}) => (await trial.run(fileFetched, raw, options)).result;

describe("fetch", () => {
  it("keeps the host and the path under the destination, and does nothing the second time", async () => {
    const raw = { src: trial.path("a"), dest: trial.path("all") };
    const first = await run(raw);
    const made = `${trial.path("all")}/localhost${trial.path("a")}`;
    expect(first).toMatchObject({ changed: true, dest: made, remote_md5sum: null });
    expect(await readFile(made)).toEqual(Buffer.from([0, 255, 10]));
    const second = await trial.run(fileFetched, raw);
    expect(second.plan.changes).toEqual([]);
    expect(second.result).toMatchObject({ changed: false, file: trial.path("a") });
  });

  it("takes the place itself when flat, relative to the play", async () => {
    expect(await run({ src: trial.path("a"), dest: "b", flat: true })).toMatchObject({ dest: trial.path("b") });
    expect(await run({ src: trial.path("a"), dest: "c/", flat: true })).toMatchObject({ dest: trial.path("c", "a") });
    await mkdir(trial.path("d"));
    expect((await run({ src: trial.path("a"), dest: "d", flat: true })).msg).toContain("use a trailing slash");
  });

  it("tells missing files and folders", async () => {
    expect(await run({ src: trial.path("gone"), dest: "x" })).toMatchObject({ failed: true });
    const quiet = { dest: "x", fail_on_missing: false };
    expect(await run({ src: trial.path("gone"), ...quiet })).toMatchObject({
      changed: false,
      file: trial.path("gone"),
    });
    expect((await run({ src: trial.folder, ...quiet })).msg).toContain("not transferring, ignored");
    expect(await run({ src: trial.path("a"), dest: "x" }, { check: true })).toMatchObject({ skipped: true });
    expect(await readdir(trial.folder)).toEqual(["a"]);
  });

  it("leaves nothing behind when the file is another one on arrival", async () => {
    const { plan } = await trial.run(fileFetched, { src: trial.path("a"), dest: "x", flat: true }, { check: false });
    await writeFile(trial.path("a"), "other");
    await mkdir(trial.path("empty"));
    const [change] = plan.changes;
    if (change?.kind !== "fetch") throw new Error("no fetch planned");
    const elsewhere = { ...change, file: { ...change.file, localPath: trial.path("empty", "x") } };
    const { result } = await executePlan(
      { ...plan, changes: [elsewhere] },
      trial.connector,
      undefined,
      new AbortController().signal,
    );
    expect(result).toMatchObject({ failed: true, msg: "checksum mismatch" });
    expect(await readdir(trial.path("empty"))).toEqual([]);
  });
});
