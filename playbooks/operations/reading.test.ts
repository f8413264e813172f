import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { conditionMet } from "./condition-met/operation.ts";
import { entriesRead } from "./entries-read/operation.ts";
import { fileSlurped } from "./file-slurped/operation.ts";
import type { Operation } from "./operation.ts";
import { pathInspected } from "./path-inspected/operation.ts";
import { openTrial, type Trial } from "./testing.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** Operations that only read must never plan a change. */
async function read(operation: Operation, raw: Record<string, unknown>) {
  const { plan, result } = await trial.run(operation, raw);
  expect(plan.changes).toEqual([]);
  expect(result.changed).toBe(false);
  return result;
}

describe("path-inspected", () => {
  it("describes a file, a link and nothing", async () => {
    const path = trial.path("a 'b'\n");
    await writeFile(path, "abc", { mode: 0o640 });
    const { stat } = await read(pathInspected, { path });
    expect(stat).toMatchObject({
      exists: true,
      path,
      mode: "0640",
      isreg: true,
      size: 3,
      islnk: false,
      readable: true,
    });
    expect(stat).toMatchObject({ checksum: "a9993e364706816aba3e25717850c26c9cd0d89d", pw_name: "root", rgrp: true });
    await symlink(path, trial.path("link"));
    const link = await read(pathInspected, { path: trial.path("link") });
    expect(link.stat).toMatchObject({ islnk: true, lnk_target: path, lnk_source: path });
    expect(link.stat).not.toHaveProperty("checksum");
    const followed = await read(pathInspected, { path: trial.path("link"), follow: true, checksum_algorithm: "md5" });
    expect(followed.stat).toMatchObject({ isreg: true, checksum: "900150983cd24fb0d6963f7d28e17f72" });
    expect((await read(pathInspected, { path: trial.path("no") })).stat).toEqual({ exists: false });
  });
});

describe("file-slurped", () => {
  it("gives bytes in base64 and names what is wrong", async () => {
    await writeFile(trial.path("f"), Buffer.from([0, 255, 10]));
    expect(await read(fileSlurped, { src: trial.path("f") })).toMatchObject({ content: "AP8K", encoding: "base64" });
    const missing = await trial.run(fileSlurped, { src: trial.path("no") });
    expect(missing.result).toMatchObject({ failed: true, msg: `File not found: ${trial.path("no")}` });
    const folder = await trial.run(fileSlurped, { src: trial.folder });
    expect(folder.result.msg).toBe(`Source is a directory and must be a file: ${trial.folder}`);
  });
});

describe("entries-read", () => {
  it("reads one entry, and nothing when told not to fail", async () => {
    const root = await read(entriesRead, { database: "passwd", key: "root" });
    expect(root.ansible_facts).toEqual({ getent_passwd: { root: expect.arrayContaining(["x", "0"]) } });
    const none = await read(entriesRead, { database: "group", key: "no-such", fail_key: false });
    expect(none.ansible_facts).toEqual({ getent_group: { "no-such": null } });
    const failed = await trial.run(entriesRead, { database: "passwd", key: "no-such" });
    expect(failed.result.msg).toBe("One or more supplied key could not be found in the database.");
  });
});

describe("condition-met", () => {
  it("finds a port that listens, one that does not, a path and a text", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("SSH-2.0-x\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await read(conditionMet, { port, timeout: 5 })).toMatchObject({ state: "started", port, path: null });
    const greeted = await read(conditionMet, { port, timeout: 5, search_regex: "SSH-(?P<version>[\\d.]+)" });
    expect(greeted).toMatchObject({ match_groupdict: { version: "2.0" }, match_groups: ["2.0"] });
    await new Promise((resolve) => server.close(resolve));
    expect(await read(conditionMet, { port, state: "stopped", timeout: 5 })).toMatchObject({ state: "stopped" });
    await mkdir(trial.path("d"));
    expect(await read(conditionMet, { path: trial.path("d"), timeout: 5 })).toMatchObject({ elapsed: 0 });
  });

  it("fails when the time is over, with the original's words", async () => {
    const late = await trial.run(conditionMet, { path: trial.path("no"), timeout: 1 });
    expect(late.result).toMatchObject({ failed: true, msg: `Timeout when waiting for file ${trial.path("no")}` });
    const both = await trial.run(conditionMet, { path: "/", port: 1 });
    expect(both.result.msg).toBe("port and path parameter can not both be passed to wait_for");
  });
});
