import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blockPresent } from "./block-present/operation.ts";
import { linePresent } from "./line-present/operation.ts";
import { openTrial, proveIdempotence, type Trial } from "./testing.ts";
import { textReplaced } from "./text-replaced/operation.ts";

let trial: Trial;
let path: string;
beforeEach(async () => {
  trial = await openTrial();
  path = trial.path("file $(x)");
});
afterEach(() => trial.close());

const content = () => readFile(path, "utf8");

describe("what text edits share", () => {
  it("keeps the mode, makes a backup, changes only attributes when that is all", async () => {
    await writeFile(path, "a\n");
    await chmod(path, 0o640);
    const { result } = await trial.run(linePresent, { path, line: "b", backup: true });
    expect(result).toMatchObject({ changed: true, msg: "line added" });
    expect(await readFile(String(result.backup), "utf8")).toBe("a\n");
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    const { first } = await proveIdempotence(trial, linePresent, { path, line: "b", mode: "0600" });
    expect(first).toMatchObject({ changed: true, msg: "ownership, perms or SE linux context changed" });
  });

  it("keeps bytes that are no UTF-8", async () => {
    await writeFile(path, Buffer.from([0xff, 0xfe, 10, 0x80]));
    await proveIdempotence(trial, linePresent, { path, line: "größe" });
    expect(await readFile(path)).toEqual(
      Buffer.concat([Buffer.from([0xff, 0xfe, 10, 0x80, 10]), Buffer.from("größe\n")]),
    );
  });

  it("does not put a file in place that fails its check", async () => {
    await writeFile(path, "a\n");
    const { result } = await trial.run(linePresent, { path, line: "b", validate: "grep -q zzz %s" });
    expect(result.failed).toBe(true);
    expect(await content()).toBe("a\n");
  });

  it("refuses a folder and a file that is not there", async () => {
    const none = await trial.run(linePresent, { path, line: "b" });
    expect(none.result).toMatchObject({ failed: true, rc: 257, msg: `Destination ${path} does not exist !` });
    const folder = await trial.run(blockPresent, { path: trial.folder, block: "b" });
    expect(folder.result).toMatchObject({ failed: true, rc: 256 });
  });
});

describe("line-present", () => {
  const cases: [string, string, Record<string, unknown>, string, string][] = [
    ["adds at the end", "a\n", { line: "b" }, "a\nb\n", "line added"],
    ["ends a last line first", "a", { line: "b" }, "a\nb\n", "line added"],
    ["replaces the last match", "x=1\nx=2\n", { regexp: "^x=", line: "x=3" }, "x=1\nx=3\n", "line replaced"],
    [
      "replaces the first match",
      "x=1\nx=2\n",
      { regexp: "^x=", line: "x=3", firstmatch: true },
      "x=3\nx=2\n",
      "line replaced",
    ],
    ["matches the end of a line", "ab\na\n", { regexp: "^a$", line: "c" }, "ab\nc\n", "line replaced"],
    [
      "uses groups",
      "port 22\n",
      { regexp: "^(port) (?P<n>\\d+)", line: "\\1 \\g<n>2", backrefs: true },
      "port 222\n",
      "line replaced",
    ],
    ["inserts after", "a\n[s]\nb\n", { insertafter: "^\\[s\\]", line: "c" }, "a\n[s]\nc\nb\n", "line added"],
    ["inserts before", "a\nb\n", { insertbefore: "^b", line: "c" }, "a\nc\nb\n", "line added"],
    ["inserts at the top", "a\n", { insertbefore: "BOF", line: "c" }, "c\na\n", "line added"],
    ["searches text", "a.b\n", { search_string: ".", line: "z" }, "z\n", "line replaced"],
    ["removes by pattern", "a1\nb\na2\n", { regexp: "^a\\d", state: "absent" }, "b\n", "2 line(s) removed"],
    ["removes the line", "a\nb\n", { line: "a", state: "absent" }, "b\n", "1 line(s) removed"],
  ];
  it.each(cases)("%s", async (_name, before, args, after, msg) => {
    await writeFile(path, before);
    const { predicted } = await trial
      .run(linePresent, { path, ...args }, { check: true })
      .then((run) => ({ predicted: run.result }));
    const { result } = await trial.run(linePresent, { path, ...args });
    expect(result).toMatchObject({ changed: true, msg, backup: "" });
    expect(predicted.changed).toBe(true);
    expect(await content()).toBe(after);
  });

  it("does nothing with groups that do not match, and plans nothing the second time", async () => {
    await writeFile(path, "a\n");
    const { result } = await trial.run(linePresent, { path, regexp: "^x(.)", line: "y\\1", backrefs: true });
    expect(result).toMatchObject({ changed: false, msg: "" });
    await proveIdempotence(trial, linePresent, { path, regexp: "^b", line: "b $HOME `id`" });
    await proveIdempotence(trial, linePresent, { path: trial.path("new/deep/f"), line: "x", create: true });
  });
});

describe("block-present", () => {
  it("inserts, replaces and removes its block", async () => {
    await writeFile(path, "top\nend\n");
    await proveIdempotence(trial, blockPresent, { path, block: "one\ntwo", insertafter: "^top" });
    expect(await content()).toBe("top\n# BEGIN ANSIBLE MANAGED BLOCK\none\ntwo\n# END ANSIBLE MANAGED BLOCK\nend\n");
    const { first } = await proveIdempotence(trial, blockPresent, { path, block: "three" });
    expect(first).toMatchObject({ changed: true, msg: "Block inserted" });
    await proveIdempotence(trial, blockPresent, { path, state: "absent" });
    expect(await content()).toBe("top\nend\n");
  });

  it("keeps empty lines around it and makes the file", async () => {
    const made = await proveIdempotence(trial, blockPresent, { path, block: "x", create: true, marker: "; {mark}" });
    expect(made.first).toMatchObject({ msg: "File created" });
    await writeFile(path, "a\nb\n");
    const args = {
      path,
      block: "x",
      insertbefore: "^b",
      append_newline: true,
      prepend_newline: true,
      marker: "{mark}",
    };
    await proveIdempotence(trial, blockPresent, args);
    expect(await content()).toBe("a\n\nBEGIN\nx\nEND\n\nb\n");
  });
});

describe("text-replaced", () => {
  it("replaces all matches, line by line, and counts them", async () => {
    await writeFile(path, "a=1\nb=2\na=3\n");
    const args = { path, regexp: "^a=(\\d)$", replace: "a: \\1$&" };
    const { first } = await proveIdempotence(trial, textReplaced, args);
    expect(first).toMatchObject({ changed: true, msg: "2 replacements made", rc: 0 });
    expect(await content()).toBe("a: 1$&\nb=2\na: 3$&\n");
  });

  it("keeps to the part between after and before", async () => {
    await writeFile(path, "x\n<a>\nx\n</a>\nx\n");
    await proveIdempotence(trial, textReplaced, { path, regexp: "x", replace: "y", after: "<a>", before: "</a>" });
    expect(await content()).toBe("x\n<a>\ny\n</a>\nx\n");
    const { result } = await trial.run(textReplaced, { path, regexp: "x", after: "<none>" });
    expect(result.msg).toBe("Pattern for before/after params did not match the given file: <none>(?P<subsection>.*)");
  });

  it("says what is wrong with a pattern", async () => {
    await writeFile(path, "x");
    const { result } = await trial.run(textReplaced, { path, regexp: "(" });
    expect(result.failed).toBe(true);
    expect(result.msg).toContain("Unable to process replace due to error");
  });
});
