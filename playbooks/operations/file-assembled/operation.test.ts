import { mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, proveIdempotence, type Trial } from "../testing.ts";
import { assembled } from "./fragments.ts";
import { fileAssembled } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  await mkdir(trial.path("parts/folder"), { recursive: true });
  await writeFile(trial.path("parts/2 two"), "two");
  await writeFile(trial.path("parts/1one"), "one\n");
  await writeFile(trial.path("parts/.hidden"), "hidden\n");
});
afterEach(() => trial.close());

describe("assemble", () => {
  it.each([[true], [false]])("puts a folder's files together (remote_src: %s)", async (remote) => {
    const raw = {
      src: remote ? trial.path("parts") : "parts",
      dest: trial.path("made"),
      remote_src: remote,
      mode: "0640",
    };
    const proof = await proveIdempotence(trial, fileAssembled, raw);
    expect(proof.first).toMatchObject({ changed: true, dest: trial.path("made"), mode: "0640" });
    expect(await readFile(trial.path("made"), "utf8")).toBe("hidden\none\ntwo");
  });

  it("takes what the pattern says, and refuses what is no folder", async () => {
    const raw = { src: trial.path("parts"), dest: trial.path("made"), regexp: "^\\d" };
    await trial.run(fileAssembled, { ...raw, delimiter: "--\\n" });
    expect(await readFile(trial.path("made"), "utf8")).toBe("one\n--\ntwo");
    const msg = async (src: string) => (await trial.run(fileAssembled, { ...raw, src })).result.msg;
    expect(await msg("/no/such")).toBe("Source (/no/such) does not exist");
    expect(await msg(trial.path("made"))).toBe(`Source (${trial.path("made")}) is not a directory`);
    expect((await trial.run(fileAssembled, { ...raw, regexp: "(" })).result.msg).toContain("Invalid Regexp");
  });
});

it("sets fragments on lines of their own", () => {
  const parts = [
    { name: "b", content: Buffer.from("2\n") },
    { name: "a", content: Buffer.from("1") },
  ];
  expect(assembled(parts, undefined).toString()).toBe("1\n2\n");
  expect(assembled(parts, "\\x23").toString()).toBe("1\n#\n2\n");
});
