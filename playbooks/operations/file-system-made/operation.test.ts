import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrial, type Trial } from "../testing.ts";
import { fileSystemMade } from "./operation.ts";

let trial: Trial;
beforeEach(async () => {
  trial = await openTrial();
});
afterEach(() => trial.close());

/** Programs for this test: blkid says what is on a device, the others write down how they are called. */
async function programs(type: string): Promise<{ readonly PATH: string }> {
  await mkdir(trial.path("bin"), { recursive: true });
  await writeFile(trial.path("bin/blkid"), `#!/bin/sh\necho ${type}\n`);
  for (const name of ["mkfs.ext4", "wipefs", "resize2fs", "tune2fs"])
    await writeFile(trial.path(`bin/${name}`), `#!/bin/sh\necho "${name} $*" >>${trial.path("calls")}\n`);
  for (const name of ["blkid", "mkfs.ext4", "wipefs", "resize2fs", "tune2fs"])
    await chmod(trial.path(`bin/${name}`), 0o755);
  await writeFile(trial.path("disk"), "");
  return { PATH: `${trial.path("bin")}:/usr/bin:/bin` };
}

const calls = () => readFile(trial.path("calls"), "utf8").catch(() => "");

describe("file-system-made", () => {
  it("makes one where there is none, only predicts in check mode, and leaves one of the type alone", async () => {
    const environment = await programs("");
    const args = { dev: trial.path("disk"), fstype: "ext4", opts: "-L x" };
    expect((await trial.run(fileSystemMade, args, { environment, check: true })).result).toEqual({ changed: true });
    expect(await calls()).toBe("");
    expect((await trial.run(fileSystemMade, args, { environment })).result).toEqual({ changed: true });
    expect(await calls()).toBe(`mkfs.ext4 -F -L x ${trial.path("disk")}\n`);
    const again = await trial.run(fileSystemMade, args, { environment: await programs("ext4") });
    expect(again.plan.changes).toEqual([]);
  });

  it("overwrites nothing unless forced, and wipes when it shall be gone", async () => {
    const environment = await programs("xfs");
    const dev = trial.path("disk");
    const refused = await trial.run(fileSystemMade, { dev, fstype: "ext4" }, { environment });
    expect(refused.result.msg).toBe(`'${dev}' is already used as xfs, use force=true to overwrite`);
    await trial.run(fileSystemMade, { dev, fstype: "ext4", force: true }, { environment });
    await trial.run(fileSystemMade, { dev, state: "absent" }, { environment });
    expect(await calls()).toBe(`mkfs.ext4 -F ${dev}\nwipefs --all ${dev}\n`);
  });

  it("grows, and refuses what is no device", async () => {
    const environment = await programs("ext4");
    const dev = trial.path("disk");
    expect(
      (await trial.run(fileSystemMade, { dev, fstype: "ext4", resizefs: true }, { environment })).result.changed,
    ).toBe(true);
    const missing = await trial.run(fileSystemMade, { dev: "/nonexistent", fstype: "ext4" }, { environment });
    expect(missing.result).toMatchObject({ failed: true, msg: "Device /nonexistent not found." });
    const typeless = await trial.run(fileSystemMade, { dev }, { environment });
    expect(typeless.result.msg).toBe("state is present but all of the following are missing: fstype");
  });
});
