import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockSite, readLock } from "./site-lock.ts";

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bdap-lock-"));
  path = join(folder, "lock.json");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Another process that tries to lock the site, says how that went, and holds it until it is ended. */
function contender(what: string) {
  const program = `
    import { lockSite } from ${JSON.stringify(join(import.meta.dirname, "site-lock.ts"))};
    try {
      const lock = await lockSite(process.argv[1], { what: process.argv[2] });
      console.log(JSON.stringify({ got: true, tookOverFrom: lock.tookOverFrom?.what ?? null }));
      process.stdin.resume();
      process.stdin.on("data", async () => { await lock.release(); process.exit(0); });
    } catch (error) {
      console.log(JSON.stringify({ got: false, code: error.code, message: error.message }));
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, path, what], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answer = once(createInterface({ input: child.stdout }), "line").then(([line]) => JSON.parse(String(line)));
  return { child, answer, ended: once(child, "exit") };
}

describe("lockSite", () => {
  it("refuses a second process and names the first, until that gives it back", async () => {
    const first = contender("bdap apply");
    expect(await first.answer).toEqual({ got: true, tookOverFrom: null });
    await expect(lockSite(path, { what: "bdap plan" })).rejects.toMatchObject({
      code: "INSTALLER_SITE_LOCKED",
      kind: "user",
      message: expect.stringContaining(`process ${first.child.pid}`),
      context: { owner: expect.objectContaining({ what: "bdap apply", pid: first.child.pid }) },
    });
    // Not even with the flag: the owner is seen to run.
    await expect(lockSite(path, { what: "bdap plan", takeOver: true })).rejects.toMatchObject({
      code: "INSTALLER_SITE_LOCKED",
    });
    first.child.stdin.write("release\n");
    await first.ended;
    const lock = await lockSite(path, { what: "bdap plan", from: "192.0.2.7" });
    expect(lock.tookOverFrom).toBeNull();
    expect(await readLock(path)).toMatchObject({ what: "bdap plan", from: "192.0.2.7", pid: process.pid });
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it("takes over from a process that was killed, and says from whom", async () => {
    const first = contender("bdap apply");
    await first.answer;
    first.child.kill("SIGKILL");
    await first.ended;
    const lock = await lockSite(path, { what: "bdap apply" });
    expect(lock.tookOverFrom).toMatchObject({ what: "bdap apply", pid: first.child.pid });
    expect(await readdir(folder)).toEqual(["lock.json"]);
    await lock.release();
  });

  it("lets exactly one of many take over from a dead owner", async () => {
    const dead = contender("dead");
    await dead.answer;
    dead.child.kill("SIGKILL");
    await dead.ended;
    const many = Array.from({ length: 8 }, (_, index) => contender(`bdap apply ${index}`));
    const answers = await Promise.all(many.map((one) => one.answer));
    expect(answers.filter((one) => one.got)).toEqual([{ got: true, tookOverFrom: "dead" }]);
    for (const one of answers) if (!one.got) expect(one.code).toBe("INSTALLER_SITE_LOCKED");
    for (const one of many) one.child.kill("SIGKILL");
    await Promise.all(many.map((one) => one.ended));
  });

  it("succeeds an heir that died between its two steps", async () => {
    const dead = contender("dead");
    await dead.answer;
    dead.child.kill("SIGKILL");
    await dead.ended;
    const owner = JSON.parse(await readFile(path, "utf8"));
    await writeFile(`${path}.${owner.nonce}`, JSON.stringify({ ...owner, nonce: "heir", what: "dead heir" }));
    const lock = await lockSite(path, { what: "bdap apply" });
    expect(await readLock(path)).toMatchObject({ nonce: lock.owner.nonce });
    expect(await readdir(folder)).toEqual(["lock.json"]);
    await lock.release();
  });

  it("sees through a reused process id and a reboot", async () => {
    const mine = await lockSite(path, { what: "before" });
    for (const change of [{ started: "1" }, { boot: "another" }]) {
      await writeFile(path, JSON.stringify({ ...mine.owner, nonce: Object.keys(change)[0], ...change }));
      const lock = await lockSite(path, { what: "after" });
      expect(lock.tookOverFrom).toMatchObject({ what: "before" });
      await lock.release();
    }
  });

  it.each([{ host: "elsewhere" }, { machine: "another" }, { namespace: "pid:[1]" }])(
    "takes over from where it cannot look (%j) only when told to",
    async (change) => {
      const mine = await lockSite(path, { what: "before" });
      await writeFile(path, JSON.stringify({ ...mine.owner, nonce: "theirs", ...change }));
      await expect(lockSite(path, { what: "after" })).rejects.toMatchObject({
        code: "INSTALLER_SITE_LOCKED",
        hint: expect.stringContaining("--take-over"),
      });
      const lock = await lockSite(path, { what: "after", takeOver: true });
      await mine.release();
      expect(await readLock(path)).toMatchObject({ nonce: lock.owner.nonce });
      await lock.release();
    },
  );

  it("does not guess about a lock file it did not write", async () => {
    await writeFile(path, "mine!\n");
    await expect(lockSite(path, { what: "bdap apply" })).rejects.toMatchObject({ code: "INVENTORY_LOCK_UNREADABLE" });
    expect(await readFile(path, "utf8")).toBe("mine!\n");
  });
});
