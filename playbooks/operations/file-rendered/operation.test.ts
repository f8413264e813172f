import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, proveIdempotence, type Trial } from "../testing.ts";
import { fileRendered } from "./operation.ts";
import { encodeText } from "./text-encoding.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

describe("template", () => {
  it("writes what the template gives, once", async () => {
    await writeFile(trial.path("a.j2"), "text\n");
    const proof = await proveIdempotence(trial, fileRendered, { src: "a.j2", dest: trial.path("made"), mode: "0640" });
    expect(proof.first).toMatchObject({ changed: true, dest: trial.path("made"), mode: "0640", size: 5 });
    expect(proof.second).toMatchObject({ changed: false, path: trial.path("made") });
  });

  it("gives the file the template's name in a folder, and its mode when asked", async () => {
    await writeFile(trial.path("a.j2"), "text\n", { mode: 0o604 });
    const { result } = await trial.run(fileRendered, { src: "a.j2", dest: `${trial.path("new")}/`, mode: "preserve" });
    expect(result).toMatchObject({ dest: trial.path("new", "a.j2"), mode: "0604" });
  });

  it("refuses a state, a missing source and an unknown line end", async () => {
    const msg = async (raw: Record<string, unknown>) => (await trial.run(fileRendered, raw)).result.msg;
    expect(await msg({ src: "a", dest: "/b", state: "present" })).toBe("'state' cannot be specified on a template");
    expect(await msg({ dest: "/b" })).toBe("src and dest are required");
    expect(await msg({ src: "a", dest: "/b", newline_sequence: "x" })).toContain("newline_sequence needs to be one of");
  });
});

describe("the encoding of a template's result", () => {
  it.each([
    ["utf-8", "c3a920"],
    ["latin-1", "e920"],
    ["windows-1252", "e920"],
    ["cp1252", "e920"],
    ["utf-16", "fffee9002000"],
  ])("%s", (encoding, bytes) => {
    expect(encodeText("é ", encoding).toString("hex")).toBe(bytes);
  });

  it("refuses what it cannot write", () => {
    expect(() => encodeText("é", "ascii")).toThrow("can't encode character");
    expect(() => encodeText("é", "no-such")).toThrow("unknown encoding: no-such");
    expect(() => encodeText("é", "shift_jis")).toThrow("not supported");
  });
});
