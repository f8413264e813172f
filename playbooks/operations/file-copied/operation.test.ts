import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, proveIdempotence, type Trial } from "../testing.ts";
import { fileCopied } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const modeOf = async (path: string) => ((await stat(path)).mode & 0o7777).toString(8);

describe("text", () => {
  it("writes once, with the keys of the original", async () => {
    const dest = trial.path("f");
    const { predicted, first, second } = await proveIdempotence(trial, fileCopied, {
      content: "a",
      dest,
      mode: "0600",
    });
    expect(predicted).toEqual({ changed: true });
    expect(Object.keys(first).sort()).toEqual(
      [
        "changed",
        "checksum",
        "dest",
        "diff",
        "gid",
        "group",
        "md5sum",
        "mode",
        "owner",
        "size",
        "src",
        "state",
        "uid",
      ].sort(),
    );
    expect(first).toMatchObject({ checksum: "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8", mode: "0600", size: 1 });
    expect(second).toMatchObject({ changed: false, path: dest, dest, checksum: first.checksum });
    expect(await modeOf(dest)).toBe("600");
  });

  it("keeps the mode of the file it replaces, and a copy when asked", async () => {
    const dest = trial.path("f");
    await writeFile(dest, "old");
    await chmod(dest, 0o640);
    const { result } = await trial.run(fileCopied, { content: "new", dest, backup: true });
    expect(result).toMatchObject({ changed: true, mode: "0640" });
    expect(await readFile(String(result.backup_file), "utf8")).toBe("old");
    expect(await modeOf(dest)).toBe("640");
  });

  it("shows the difference and leaves the file under check mode", async () => {
    const dest = trial.path("f");
    await writeFile(dest, "old\n");
    const { plan } = await trial.run(fileCopied, { content: "new\n", dest }, { check: true, diff: true });
    expect(plan.differences).toEqual([{ before: "old\n", after: "new\n", beforeHeader: dest, afterHeader: dest }]);
    expect(await readFile(dest, "utf8")).toBe("old\n");
  });

  it("leaves the old file when the check of the new one fails", async () => {
    const dest = trial.path("f");
    await writeFile(dest, "old");
    const { result } = await trial.run(fileCopied, { content: "new", dest, validate: "grep -q old %s" });
    expect(result).toMatchObject({ failed: true, changed: false, msg: "failed to validate" });
    expect(await readFile(dest, "utf8")).toBe("old");
    expect(await readdir(trial.folder)).toEqual(["f"]);
    await proveIdempotence(trial, fileCopied, { content: "new", dest, validate: "grep -q new %s" });
  });

  it("replaces a link, or writes through it when told to follow", async () => {
    await writeFile(trial.path("real"), "1");
    await symlink("real", trial.path("link"));
    await proveIdempotence(trial, fileCopied, { content: "2", dest: trial.path("link"), follow: true });
    expect(await readFile(trial.path("real"), "utf8")).toBe("2");
    await proveIdempotence(trial, fileCopied, { content: "3", dest: trial.path("link") });
    expect((await lstat(trial.path("link"))).isFile()).toBe(true);
    expect(await readFile(trial.path("real"), "utf8")).toBe("2");
  });

  it("writes structures as JSON, and does not replace without force", async () => {
    const dest = trial.path("f");
    await trial.run(fileCopied, { content: { a: [1, "ü"], b: null }, dest });
    expect(await readFile(dest, "utf8")).toBe('{"a": [1, "\\u00fc"], "b": null}');
    const { result } = await trial.run(fileCopied, { content: "x", dest, force: false });
    expect(result).toMatchObject({ changed: false, dest });
  });

  it("fails as the original does", async () => {
    const fail = async (args: Record<string, unknown>) => (await trial.run(fileCopied, args)).result;
    expect(await fail({ dest: trial.path("f") })).toMatchObject({ failed: true, msg: "src (or content) is required" });
    expect(await fail({ content: "", dest: trial.path("no/f") })).toMatchObject({
      msg: `Destination directory ${trial.path("no")} does not exist`,
    });
    expect(await fail({ content: "", dest: trial.folder })).toMatchObject({
      msg: "can not use content with a dir as dest",
    });
    expect(await fail({ content: "", dest: trial.path("f"), group: "no-such" })).toMatchObject({
      msg: "chgrp failed: failed to look up group no-such",
    });
  });
});

describe("files and folders of the controller", () => {
  it("copies into a folder it makes", async () => {
    await writeFile(trial.path("source.conf"), "x", { mode: 0o755 });
    const args = { src: "source.conf", dest: `${trial.path("new/deep")}/`, mode: "preserve", directory_mode: "0700" };
    const { first } = await proveIdempotence(trial, fileCopied, args);
    expect(first).toMatchObject({ dest: trial.path("new/deep/source.conf"), mode: "0755" });
    expect(await modeOf(trial.path("new"))).toBe("700");
  });

  it("copies a tree, empty folders included", async () => {
    await mkdir(trial.path("src/sub/empty"), { recursive: true });
    await writeFile(trial.path("src/a"), "a");
    await writeFile(trial.path("src/sub/b 'c'"), "b");
    const { first } = await proveIdempotence(trial, fileCopied, { src: "src", dest: trial.path("out") });
    expect(first).toEqual({ changed: true, dest: `${trial.path("out")}/`, src: trial.path("src") });
    expect(await readFile(trial.path("out/src/sub/b 'c'"), "utf8")).toBe("b");
    expect((await stat(trial.path("out/src/sub/empty"))).isDirectory()).toBe(true);
    await proveIdempotence(trial, fileCopied, { src: "src/", dest: trial.path("flat") });
    expect((await readdir(trial.path("flat"))).sort()).toEqual(["a", "sub"]);
  });
});

describe("files and folders of the host", () => {
  it("copies a file with its mode", async () => {
    await writeFile(trial.path("a"), "a", { mode: 0o700 });
    const args = { src: trial.path("a"), dest: trial.path("b"), remote_src: true };
    const { first } = await proveIdempotence(trial, fileCopied, args);
    expect(first).toMatchObject({ changed: true, mode: "0644", src: trial.path("a"), state: "file" });
  });

  it("copies a tree", async () => {
    await mkdir(trial.path("a/b"), { recursive: true });
    await writeFile(trial.path("a/b/$(c) \n d"), "x");
    await proveIdempotence(trial, fileCopied, { src: trial.path("a/"), dest: trial.path("z"), remote_src: true });
    expect(await readFile(trial.path("z/b/$(c) \n d"), "utf8")).toBe("x");
  });
});
