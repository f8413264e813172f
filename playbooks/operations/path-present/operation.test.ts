import { chmod, lstat, mkdir, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, proveIdempotence, type Trial } from "../testing.ts";
import { pathPresent } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8);

describe("folders", () => {
  it("makes parents with the same mode and then has nothing to do", async () => {
    const path = trial.path("a b", "c'd", "$(e)");
    const { first, second } = await proveIdempotence(trial, pathPresent, { path, state: "directory", mode: "0750" });
    expect(first).toMatchObject({ changed: true, path, state: "directory", mode: "0750" });
    expect(second).toEqual({ ...first, changed: false });
    expect(await modeOf(trial.path("a b"))).toBe("750");
  });

  it("clears a setgid bit that is not wanted", async () => {
    await mkdir(trial.path("d"));
    await chmod(trial.path("d"), 0o2755);
    const { first } = await proveIdempotence(trial, pathPresent, {
      path: trial.path("d"),
      state: "directory",
      mode: "0755",
    });
    expect(first).toMatchObject({ changed: true, mode: "0755" });
  });

  it("gives a symbolic mode to everything below", async () => {
    await mkdir(trial.path("t/u"), { recursive: true });
    await writeFile(trial.path("t/u/plain"), "");
    await writeFile(trial.path("t/tool"), "", { mode: 0o755 });
    await symlink("/nowhere", trial.path("t/broken"));
    const args = { path: trial.path("t"), state: "directory", recurse: true, mode: "u=rwX,g=rX,o=" };
    await proveIdempotence(trial, pathPresent, args);
    expect(await modeOf(trial.path("t/u"))).toBe("750");
    expect(await modeOf(trial.path("t/u/plain"))).toBe("640");
    expect(await modeOf(trial.path("t/tool"))).toBe("750");
  });

  it("refuses to turn a file into a folder", async () => {
    await writeFile(trial.path("f"), "");
    const { result } = await trial.run(pathPresent, { path: trial.path("f"), state: "directory" });
    expect(result).toMatchObject({ failed: true, msg: `${trial.path("f")} already exists as a file` });
  });
});

describe("files", () => {
  it("changes only the mode and shows it", async () => {
    await writeFile(trial.path("f"), "x", { mode: 0o644 });
    const args = { path: trial.path("f"), mode: "u=rw,go=" };
    const { plan } = await trial.run(pathPresent, args, { check: true, diff: true });
    expect(plan.differences).toEqual([
      {
        before: `{\n    "mode": "0644",\n    "path": "${trial.path("f")}"\n}\n`,
        after: `{\n    "mode": "0600",\n    "path": "${trial.path("f")}"\n}\n`,
        beforeHeader: "",
        afterHeader: "",
      },
    ]);
    await proveIdempotence(trial, pathPresent, args);
    expect(await modeOf(trial.path("f"))).toBe("600");
  });

  it("fails for a file that is not there, a bad mode and an unknown user", async () => {
    const run = async (args: Record<string, unknown>) => (await trial.run(pathPresent, args)).result;
    const path = trial.path("none");
    expect(await run({ path })).toMatchObject({ failed: true, msg: `file (${path}) is absent, cannot continue` });
    await writeFile(path, "");
    expect(await run({ path, mode: "rwx" })).toMatchObject({ msg: "mode must be in octal or symbolic form" });
    expect(await run({ path, owner: "no-such-user" })).toMatchObject({
      msg: "chown failed: failed to look up user no-such-user",
    });
  });

  it("touches with a given time once", async () => {
    const args = {
      path: trial.path("t"),
      state: "touch",
      modification_time: "202001020304.05",
      access_time: "preserve",
    };
    const { first } = await proveIdempotence(trial, pathPresent, args);
    expect(first).toMatchObject({ dest: trial.path("t"), state: "file", changed: true });
    expect((await stat(trial.path("t"))).mtime.getUTCFullYear()).toBe(2020);
  });
});

describe("links", () => {
  it("makes, keeps and repoints a symbolic link", async () => {
    await writeFile(trial.path("one"), "");
    await writeFile(trial.path("two"), "");
    const path = trial.path("link");
    await proveIdempotence(trial, pathPresent, { path, src: "one", state: "link" });
    const { first } = await proveIdempotence(trial, pathPresent, { path, src: "two", state: "link" });
    expect(first).toMatchObject({ dest: path, src: "two", state: "link", changed: true });
    expect(await readlink(path)).toBe("two");
  });

  it("refuses a link to nothing and over a file unless forced", async () => {
    const path = trial.path("link");
    const missing = await trial.run(pathPresent, { path, src: "gone", state: "link" });
    expect(missing.result.msg).toContain("src file does not exist, use 'force=yes'");
    await writeFile(path, "");
    await writeFile(trial.path("gone"), "");
    const refused = await trial.run(pathPresent, { path, src: "gone", state: "link" });
    expect(refused.result.msg).toBe(`refusing to convert from file to symlink for ${path}`);
    await proveIdempotence(trial, pathPresent, { path, src: "gone", state: "link", force: true });
  });

  it("makes a hard link", async () => {
    await writeFile(trial.path("one"), "");
    const args = { path: trial.path("two"), src: trial.path("one"), state: "hard" };
    const { first } = await proveIdempotence(trial, pathPresent, args);
    expect(first).toMatchObject({ state: "hard", changed: true });
  });
});

describe("absence", () => {
  it("removes a folder with hostile names, and a link but not its target", async () => {
    await mkdir(trial.path("d/-rf \n x"), { recursive: true });
    await proveIdempotence(trial, pathPresent, { path: trial.path("d"), state: "absent" });
    await mkdir(trial.path("kept"));
    await symlink("kept", trial.path("link"));
    await proveIdempotence(trial, pathPresent, { path: trial.path("link"), state: "absent" });
    expect((await lstat(trial.path("kept"))).isDirectory()).toBe(true);
  });
});
