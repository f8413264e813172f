import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CrashMode, FaultFiles } from "../testing/fault-files.ts";
import { COPIES } from "./adapter.ts";
import { holdNode } from "./changes.ts";
import { lockDirectory } from "./lock.ts";
import { migrateState } from "./migrations/migrations.ts";
import { emptyState, STATE_VERSION } from "./state.ts";
import { encodeState, stateFileName } from "./state-file.ts";
import { folderFiles, type StateFiles } from "./state-files.ts";
import { openStore, type StateStore } from "./store.ts";
import { judgeToken } from "./token-changes.ts";

const CRASHES: readonly CrashMode[] = ["process-killed", "power-lost", "names-survive-contents-torn"];

function open(files: StateFiles, onFailure: (error: Error) => void = () => undefined, mustExist = false) {
  return openStore({ files, folder: "/state", mustExist, onFailure });
}

function hold(store: StateStore, node: string): Promise<void> {
  const entry = { node, state: "maintenance", reason: "test", by: "alice", since: 0 } as const;
  return store.update((state) => ({ state: holdNode(state, node, entry), result: undefined }));
}

function held(store: StateStore): string[] {
  return store.state.holds.map(({ node }) => node);
}

/** Commits `a`, `b`, … one by one until the disk breaks; returns what was acknowledged. */
async function commitAll(files: StateFiles, names: readonly string[]): Promise<string[]> {
  const acknowledged: string[] = [];
  try {
    const store = await open(files);
    for (const name of names) {
      await hold(store, name);
      acknowledged.push(name);
    }
  } catch {
    // The crash.
  }
  return acknowledged;
}

const NAMES = ["a", "b", "c", "d"];

describe("a crash at any operation", () => {
  it.each(CRASHES)("%s: keeps every acknowledged change and nothing half made", async (mode) => {
    const counting = new FaultFiles();
    await commitAll(counting, NAMES);
    expect(counting.operations).toBeGreaterThan(20);
    for (let crashAt = 1; crashAt <= counting.operations; crashAt++) {
      const files = new FaultFiles({ crashAt });
      const acknowledged = await commitAll(files, NAMES);
      const after = await open(files.reboot(mode));
      const found = held(after);
      const where = `crash at ${crashAt} (${files.trace.at(-1)})`;
      expect(found.slice(0, acknowledged.length), where).toEqual(acknowledged);
      // At most the one change that was under way may have made it, whole.
      expect(found.length, where).toBeLessThanOrEqual(acknowledged.length + 1);
      expect(found, where).toEqual(NAMES.slice(0, found.length));
      await hold(after, "later");
      expect(held(after)).toContain("later");
    }
  });
});

describe("a disk that refuses", () => {
  it("when full: rejects the change, keeps the old state readable, and recovers when there is space", async () => {
    const files = new FaultFiles();
    const store = await open(files);
    await hold(store, "a");
    files.full = true;
    await expect(hold(store, "b")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_NOT_WRITTEN" });
    expect(held(store)).toEqual(["a"]);
    expect(held(await open(files.reboot("process-killed")))).toEqual(["a"]);
    files.full = false;
    await hold(store, "c");
    expect(held(store)).toEqual(["a", "c"]);
  });

  it("when it does not confirm a write: accepts no more, and asks for a restart once", async () => {
    // The operations of one commit: open, write, fsync, rename, fsync of the names.
    for (let step = 1; step <= 5; step++) {
      const failures: Error[] = [];
      const files = new FaultFiles();
      const store = await open(files, (error) => failures.push(error));
      await hold(store, "a");
      files.faults = { failAt: { operation: files.operations + step, code: "EIO" } };
      await expect(hold(store, "b"), `step ${step}`).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_FAILED" });
      await expect(hold(store, "c")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_FAILED" });
      expect(failures).toHaveLength(1);
      expect(held(store)).toEqual(["a"]);
      expect(held(await open(files.reboot("power-lost")))).toEqual(["a"]);
    }
  });
});

describe("starting", () => {
  async function withCommits(count: number): Promise<FaultFiles> {
    const files = new FaultFiles();
    const store = await open(files);
    for (let index = 0; index < count; index++) await hold(store, `n${index}`);
    return files;
  }
  const newest = async (files: FaultFiles) => (await files.names()).sort().at(-1) ?? "";

  it.each([
    ["torn", (content: Buffer) => content.subarray(0, content.length - 20)],
    ["garbled", (content: Buffer) => Buffer.from(content.toString().replace("maintenance", "maintenancf"))],
    ["empty", () => Buffer.alloc(0)],
    ["of another number", () => encodeState(STATE_VERSION, 999, emptyState)],
    [
      "of another shape",
      (content: Buffer) => encodeState(STATE_VERSION, Number(/"sequence":(\d+)/.exec(content.toString())?.[1]), {}),
    ],
    ["binary", () => Buffer.from([0, 255, 10, 0, 7])],
  ])("from the copy before when the newest is %s, and says so", async (_what, damage) => {
    const files = await withCommits(3);
    const name = await newest(files);
    files.put(name, damage(files.peek(name) ?? Buffer.alloc(0)));
    const store = await open(files);
    expect(held(store)).toEqual(["n0", "n1"]);
    expect(store.opening.recovery?.damaged[0]).toContain(name);
    expect((await open(files)).opening.recovery).toBeUndefined();
  });

  it("voids unused tokens after a recovery: one of them may have been used since", async () => {
    const files = new FaultFiles();
    const first = await open(files);
    const token = { node: "a", hash: "x", createdAt: 0, expiresAt: 1, by: "alice" };
    await first.update((state) => ({ state: { ...state, tokens: [token] }, result: undefined }));
    await first.update((state) => ({ state: { ...state, tokens: [] }, result: undefined }));
    files.put(await newest(files), Buffer.from("torn"));
    expect((await open(files)).state.tokens).toEqual([]);
  });

  it("never begins empty when no copy is whole", async () => {
    const files = await withCommits(1);
    for (const name of await files.names()) files.put(name, Buffer.from("?"));
    await expect(open(files)).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_UNREADABLE" });
  });

  it("never begins empty when events show that there was a state", async () => {
    await expect(open(new FaultFiles(), undefined, true)).rejects.toMatchObject({
      code: "CONTROL_PLANE_STATE_MISSING",
    });
  });

  it("refuses a state of a newer release instead of falling back to an older copy", async () => {
    const files = await withCommits(2);
    files.put(stateFileName(50), encodeState(STATE_VERSION + 1, 50, emptyState));
    await expect(open(files)).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_TOO_NEW" });
  });

  it("keeps the last copies and no more", async () => {
    const files = await withCommits(COPIES + 5);
    expect((await files.names()).filter((name) => name.startsWith("state-"))).toHaveLength(COPIES);
  });
});

describe("migrations", () => {
  const steps = [
    { from: 1, migrate: (state: unknown) => ({ ...(state as object), two: true }) },
    { from: 2, migrate: (state: unknown) => ({ ...(state as object), three: true }) },
  ];
  it("run in order from the stored version", () => {
    expect(migrateState({ one: true }, 1, 3, steps)).toEqual({ one: true, two: true, three: true });
    expect(migrateState({ one: true }, 3, 3, steps)).toEqual({ one: true });
  });
  it("take up a state of the first version, whose used tokens answer nothing more", async () => {
    const files = new FaultFiles();
    const token = { node: "cpu1", hash: "h", createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER, by: "ada" };
    files.put(stateFileName(7), encodeState(1, 7, { ...emptyState, spentTokens: [token] }));
    const { state, opening } = await open(files);
    expect(opening.recovery).toBeUndefined();
    expect(state.spentTokens).toEqual([token]);
    const shown = { hash: "h", node: "cpu1", key: "k", now: 1 };
    expect(judgeToken(state, shown)).toBe("replayed");
  });
  it("refuse to leave a gap", () => {
    expect(() => migrateState({}, 0, 2, steps)).toThrow("no migration leads from schema 0 to 1");
  });
});

describe("changes", () => {
  it("asked for together are made one after another, share writes, and fail alone", async () => {
    const files = new FaultFiles();
    const store = await open(files);
    const before = store.sequence;
    const wanted = Array.from({ length: 100 }, (_, index) =>
      index === 50
        ? store.update(() => {
            throw new Error("mine alone");
          })
        : hold(store, `n${index}`),
    );
    const settled = await Promise.allSettled(wanted);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(held(store)).toHaveLength(99);
    expect(store.sequence).toBeLessThan(before + 5);
  });

  it("that change nothing write nothing", async () => {
    const files = new FaultFiles();
    const store = await open(files);
    const { operations } = files;
    await store.update((state) => ({ state, result: undefined }));
    expect(files.operations).toBe(operations);
  });
});

describe("a real folder", () => {
  it("is held by one process at a time, and its files are nobody else's to read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "store-"));
    const files = await folderFiles(folder);
    const unlock = lockDirectory(folder);
    expect(() => lockDirectory(folder)).toThrow(expect.objectContaining({ code: "CONTROL_PLANE_ALREADY_RUNNING" }));
    const store = await open(files);
    await hold(store, "a");
    await store.close();
    unlock();
    lockDirectory(folder)();
    const states = readdirSync(folder).filter((name) => name.startsWith("state-"));
    expect(states).toHaveLength(2);
    for (const name of states) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    writeFileSync(join(folder, "left-over.tmp"), "half");
    expect(held(await open(files))).toEqual(["a"]);
    expect(readdirSync(folder)).not.toContain("left-over.tmp");
    rmSync(folder, { recursive: true });
  });
});
