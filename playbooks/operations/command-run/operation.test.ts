import { readdir, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { commandRun } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

const SHELL = { module: "ansible.builtin.shell" };
const run = async (raw: Record<string, unknown>, options = {}) => (await trial.run(commandRun, raw, options)).result;

describe("command", () => {
  it("starts a program without a shell", async () => {
    const result = await run({ _raw_params: "printf '%s|' a 'b  c' \"d;e\" $(id) > & *" });
    expect(result).toMatchObject({ changed: true, rc: 0, msg: "", stdout: "a|b  c|d;e|$(id)|>|&|*|" });
    expect(Object.keys(result).sort()).toEqual(
      ["changed", "cmd", "delta", "end", "msg", "rc", "start", "stderr", "stdout"].sort(),
    );
    expect(result.cmd).toEqual(["printf", "%s|", "a", "b  c", "d;e", "$(id)", ">", "&", "*"]);
  });

  it("expands variables and ~ in words, unless told not to", async () => {
    const environment = { NAME: "a b; $(id)" };
    const argv = ["printf", "%s|", "$NAME", "${NAME}x", "$UNSET_NAME", "~/x", "~root", "~no-such-user/x"];
    const result = await run({ argv }, { environment });
    expect(result.stdout).toBe("a b; $(id)|a b; $(id)x|$UNSET_NAME|/root/x|/root|~no-such-user/x|");
    expect((await run({ argv, expand_argument_vars: false }, { environment })).stdout).toContain("|${NAME}x|");
  });

  it("tells a missing program, a folder and a file that may not run apart from status 127", async () => {
    expect(await run({ _raw_params: "no-such-program x" })).toMatchObject({
      failed: true,
      rc: 2,
      msg: "Error executing command.",
    });
    await writeFile(trial.path("plain"), "");
    expect(await run({ argv: [trial.path("plain")] })).toMatchObject({ failed: true, rc: 13 });
    expect(await run({ argv: ["sh", "-c", "exit 127"] })).toMatchObject({
      failed: true,
      rc: 127,
      msg: "non-zero return code",
    });
    expect(await run({ _raw_params: "ls", chdir: trial.path("gone") })).toMatchObject({
      failed: true,
      rc: null,
      msg: "Unable to change directory before execution.",
    });
  });

  it("does not run when creates is there or removes is not", async () => {
    await writeFile(trial.path("made-1"), "");
    const args = { _raw_params: "touch made-2", chdir: trial.folder };
    expect(await run({ ...args, creates: trial.path("made-*") })).toMatchObject({
      changed: false,
      rc: 0,
      msg: `Did not run command since '${trial.path("made-*")}' exists`,
    });
    expect(await run({ ...args, removes: "gone" })).toMatchObject({
      changed: false,
      stdout: "skipped, since gone does not exist",
    });
    expect(await run({ ...args, creates: "$(touch evil)" })).toMatchObject({ changed: true });
    expect((await readdir(trial.folder)).sort()).toEqual(["made-1", "made-2"]);
  });

  it("only says what it would do under check mode", async () => {
    const args = { _raw_params: "touch made", chdir: trial.folder };
    expect(await run(args, { check: true })).toMatchObject({ skipped: true, changed: false });
    expect(await run({ ...args, creates: "made" }, { check: true })).toMatchObject({ changed: true, rc: 0 });
    expect(await readdir(trial.folder)).toEqual([]);
  });

  it("refuses an open quote and two commands at once", async () => {
    expect(await run({ _raw_params: "echo 'a" })).toMatchObject({ failed: true, msg: "No closing quotation" });
    expect(await run({ cmd: "a", argv: ["b"] })).toMatchObject({
      msg: "parameters are mutually exclusive: _raw_params|cmd|argv",
    });
    expect(await run({})).toMatchObject({ msg: "one of the following is required: _raw_params, cmd, argv" });
  });
});

describe("shell", () => {
  it("runs a line of shell with input and cuts line ends", async () => {
    const result = await run({ _raw_params: "cat; echo $0 >&2; exit 3", stdin: "in" }, SHELL);
    expect(result).toMatchObject({ failed: true, changed: true, rc: 3, stdout: "in", stderr: "/bin/sh" });
    expect(result.cmd).toBe("cat; echo $0 >&2; exit 3");
  });

  it("uses the wanted shell", async () => {
    const result = await run({ _raw_params: "echo ${BASH_VERSION:+yes}", executable: "/bin/bash" }, SHELL);
    expect(result.stdout).toBe("yes");
  });
});
