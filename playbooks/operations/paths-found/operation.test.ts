import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileNamePattern } from "../file-name-pattern.ts";
import { openTrial, type Trial } from "../testing.ts";
import { pathsFound } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  await mkdir(trial.path("in/deep"), { recursive: true });
  await writeFile(trial.path("a.txt"), "one\ntwo\n");
  await writeFile(trial.path(".hidden"), "");
  await writeFile(trial.path("in/new\nline.txt"), "three");
  await writeFile(trial.path("in/deep/b.log"), "x".repeat(2000));
  await symlink("in", trial.path("link"));
});
afterEach(() => trial.close());

async function find(raw: Record<string, unknown>) {
  const { plan, result } = await trial.run(pathsFound, { paths: trial.folder, ...raw });
  expect(plan.changes).toEqual([]);
  const files = (result.files ?? []) as { path: string; checksum?: string }[];
  return { result, paths: files.map(({ path }) => path.slice(trial.folder.length + 1)).sort() };
}

describe("find", () => {
  it("looks at one folder, at all below, and through links", async () => {
    expect((await find({})).paths).toEqual(["a.txt"]);
    expect((await find({})).result).toMatchObject({ matched: 1, examined: 4, changed: false });
    expect((await find({ recurse: true })).paths).toEqual(["a.txt", "in/deep/b.log", "in/new\nline.txt"]);
    expect((await find({ recurse: true, follow: true })).paths).toContain("link/deep/b.log");
    expect((await find({ recurse: true, depth: 2, hidden: true })).paths).toEqual([
      ".hidden",
      "a.txt",
      "in/new\nline.txt",
    ]);
    expect((await find({ recurse: true, limit: 1 })).paths).toEqual(["a.txt"]);
  });

  it("tells kinds, sizes, modes, ages and content apart", async () => {
    await chmod(trial.path("a.txt"), 0o640);
    expect((await find({ file_type: "link" })).paths).toEqual(["link"]);
    expect((await find({ file_type: "directory", recurse: true })).paths).toEqual(["in", "in/deep"]);
    expect((await find({ recurse: true, size: "1k" })).paths).toEqual(["in/deep/b.log"]);
    expect((await find({ recurse: true, mode: "u=rw,g=r" })).paths).toEqual(["a.txt"]);
    expect((await find({ recurse: true, age: "1h" })).paths).toEqual([]);
    expect((await find({ recurse: true, contains: "tw" })).paths).toEqual(["a.txt"]);
    expect((await find({ recurse: true, contains: "wo" })).paths).toEqual([]);
    expect((await find({ recurse: true, contains: "wo$", read_whole_file: true })).paths).toEqual(["a.txt"]);
    const { result } = await find({ get_checksum: true, checksum_algorithm: "md5" });
    expect(result.files).toMatchObject([{ checksum: "2094b601daac3d68f5aed51d3c20f7cd" }]);
  });

  it("matches names by patterns and expressions, with exceptions", async () => {
    const recurse = true;
    expect((await find({ recurse, patterns: "*.log,a.*" })).paths).toEqual(["a.txt", "in/deep/b.log"]);
    expect((await find({ recurse, patterns: ["^.*\\.log$"], use_regex: true })).paths).toEqual(["in/deep/b.log"]);
    expect((await find({ recurse, excludes: "*.txt" })).paths).toEqual(["in/deep/b.log"]);
  });

  it("says what is wrong", async () => {
    expect((await find({ paths: "/no-such-folder" })).result).toMatchObject({
      msg: "Not all paths examined, check warnings for details",
      skipped_paths: { "/no-such-folder": "'/no-such-folder' is not a directory" },
    });
    expect((await find({ age: "1x" })).result).toMatchObject({ failed: true, msg: "failed to process age" });
    expect((await find({ mode: 420 })).result.msg).toContain("argument 'mode' is not a string");
    expect((await find({ contains: "x", encoding: "no" })).result.msg).toContain("Not all paths examined");
  });
});

it.each([
  ["*.tx?", "a.txt", true],
  ["[!a]*", "b", true],
  ["[]x]", "]", true],
  ["[a", "[a", true],
  ["a.b", "aab", false],
])("the pattern %s and %s", (pattern, name, matches) => {
  expect(fileNamePattern(pattern).test(name)).toBe(matches);
});
