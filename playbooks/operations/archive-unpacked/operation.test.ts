import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { archiveUnpacked } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
  await mkdir(trial.path("top/inner"), { recursive: true });
  await mkdir(trial.path("out"));
  await writeFile(trial.path("top/inner/two words"), "two\n");
  await writeFile(trial.path("top/one"), "one\n", { mode: 0o600 });
  execFileSync("tar", ["-czf", "a.tgz", "top"], { cwd: trial.folder });
});
afterEach(() => trial.close());

const unpack = async (raw: Record<string, unknown>, options = {}) =>
  (await trial.run(archiveUnpacked, { dest: trial.path("out"), ...raw }, options)).result;

describe("unarchive", () => {
  it.each([[{ src: "a.tgz" }], [{ src: "PLACE/a.tgz", remote_src: true }]])("unpacks a tar once: %j", async (raw) => {
    const given = { ...raw, src: raw.src.replace("PLACE", trial.folder), list_files: true };
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith("bdap-unpack-"));
    const first = await unpack(given);
    expect(first).toMatchObject({
      changed: true,
      handler: "TgzArchive",
      state: "directory",
      extract_results: { rc: 0 },
    });
    expect([...(first.files as string[])].sort()).toEqual(["top/", "top/inner/", "top/inner/two words", "top/one"]);
    expect(await readFile(trial.path("out/top/inner/two words"), "utf8")).toBe("two\n");
    expect(await unpack(given)).toMatchObject({ changed: false });
    await writeFile(trial.path("out/top/one"), "other\n");
    expect(await unpack({ ...given, exclude: "top/one" })).toMatchObject({ changed: false });
    expect(await unpack(given)).toMatchObject({ changed: true });
    expect((await readdir(tmpdir())).filter((name) => name.startsWith("bdap-unpack-"))).toEqual(left);
  });

  it("sets the mode on all that the archive names", async () => {
    expect(await unpack({ src: "a.tgz", mode: "u=rwX,g=,o=" })).toMatchObject({ changed: true });
    expect((await stat(trial.path("out/top/one"))).mode & 0o777).toBe(0o600);
    expect(await unpack({ src: "a.tgz", mode: "g+r" })).toMatchObject({ changed: true });
    expect((await stat(trial.path("out/top/one"))).mode & 0o777).toBe(0o640);
    expect(await unpack({ src: "a.tgz", mode: "g+r" })).toMatchObject({ changed: false });
  });

  it("refuses what it cannot unpack, and leaves the folder alone", async () => {
    await writeFile(trial.path("junk"), "junk");
    await writeFile(trial.path("empty"), "");
    expect((await unpack({ src: "junk" })).msg).toContain("Failed to find handler for");
    expect((await unpack({ src: "empty" })).msg).toContain("the file is 0 bytes");
    expect((await unpack({ src: "/no/such", remote_src: true })).msg).toBe("Source '/no/such' does not exist");
    expect((await unpack({ src: "a.tgz", dest: trial.path("gone") })).msg).toContain("must be an existing dir");
    expect((await unpack({ src: "http://host/a.tgz" })).msg).toContain("only supported when remote_src is True");
    expect((await unpack({ src: "a", copy: true, remote_src: true })).failed).toBe(true);
    expect(await unpack({ src: "a.tgz", creates: trial.folder })).toMatchObject({ skipped: true });
    expect(await unpack({ src: "a.tgz" }, { check: true })).toMatchObject({ skipped: true });
    expect(await readdir(trial.path("out"))).toEqual([]);
  });

  it("names unzip where a zip needs it", async () => {
    await writeFile(trial.path("a.zip"), Buffer.from("504b0304", "hex"));
    await mkdir(trial.path("bin"));
    const environment = { PATH: trial.path("bin") };
    for (const name of await readdir("/usr/bin")) {
      if (!name.includes("zip")) await symlink(`/usr/bin/${name}`, trial.path("bin", name));
    }
    expect((await unpack({ src: "a.zip" }, { environment })).msg).toContain("Unable to find required 'unzip'");
  });
});
