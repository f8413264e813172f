import { describe, expect, it } from "vitest";
import { systemClock } from "#inventory/kernel/clock.ts";
import { type CrashMode, FaultFiles } from "../testing/fault-files.ts";
import { type EventLog, openEventLog } from "./event-log.ts";
import type { StateFiles } from "./state-files.ts";

function open(files: StateFiles, options: { onFailure?: (error: Error) => void; segmentBytes?: number } = {}) {
  return openEventLog({ files, clock: systemClock, onFailure: () => undefined, ...options });
}
const say = (log: EventLog, message: string) => log.record({ code: "TEST", severity: "info", message });
const said = (log: EventLog) => log.list({}).map(({ message }) => message);

describe("events", () => {
  it("are numbered upwards, never anew, across restarts", async () => {
    const files = new FaultFiles();
    const first = await open(files);
    await Promise.all(["a", "b", "c"].map((message) => say(first, message)));
    const second = await open(files.reboot("power-lost"));
    await say(second, "d");
    expect(second.list({}).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(second.hadEvents).toBe(true);
  });

  it.each<CrashMode>(["process-killed", "power-lost"])(
    "%s at any operation: every acknowledged event is there, whole, in order",
    async (mode) => {
      const messages = ["a", "b", "c", "d"];
      const run = async (files: FaultFiles) => {
        const acknowledged: string[] = [];
        try {
          const log = await open(files, { segmentBytes: 200 });
          for (const message of messages) {
            await say(log, message);
            acknowledged.push(message);
          }
        } catch {
          // The crash.
        }
        return acknowledged;
      };
      const counting = new FaultFiles();
      await run(counting);
      for (let crashAt = 1; crashAt <= counting.operations; crashAt++) {
        const files = new FaultFiles({ crashAt });
        const acknowledged = await run(files);
        const after = await open(files.reboot(mode));
        const found = said(after);
        expect(found.slice(0, acknowledged.length), `crash at ${crashAt}`).toEqual(acknowledged);
        expect(found, `crash at ${crashAt}`).toEqual(messages.slice(0, found.length));
        await say(after, "later");
        expect(said(after).at(-1)).toBe("later");
      }
    },
  );

  it("survive a full disk: refused while it lasts, half a line is cut off, the loss is told of afterwards", async () => {
    const files = new FaultFiles();
    const log = await open(files);
    await say(log, "a");
    files.full = true;
    await expect(say(log, "b")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_NOT_WRITTEN" });
    log.report({ code: "TEST", severity: "info", message: "c" });
    await expect(say(log, "d")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_NOT_WRITTEN" });
    expect(log.lost).toBe(1);
    files.full = false;
    await say(log, "e");
    await say(log, "f");
    const after = await open(files.reboot("process-killed"));
    expect(said(after)).toEqual(["a", "e", "1 events could not be stored while the disk refused writes.", "f"]);
  });

  it("ask for a restart when the disk does not confirm them", async () => {
    const failures: Error[] = [];
    const files = new FaultFiles();
    const log = await open(files, { onFailure: (error) => failures.push(error) });
    await say(log, "a");
    files.faults = { failAt: { operation: files.operations + 3, code: "EIO" } };
    await expect(say(log, "b")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_FAILED" });
    await expect(say(log, "c")).rejects.toMatchObject({ code: "CONTROL_PLANE_STATE_FAILED" });
    expect(failures).toHaveLength(1);
  });

  it("that cannot be read are left out, loudly", async () => {
    const files = new FaultFiles();
    const log = await open(files);
    for (const message of ["a", "b", "c"]) await say(log, message);
    const [name = ""] = await files.names();
    const text = (files.peek(name) ?? Buffer.alloc(0)).toString().replace('"b"', '"b');
    files.put(name, Buffer.from(`${text}{"id":4,"half`));
    const after = await open(files);
    await say(after, "d");
    expect(after.list({}).map(({ code, message }) => (code === "TEST" ? message : code))).toEqual([
      "a",
      "c",
      "EVENTS_DAMAGED",
      "d",
    ]);
  });

  it("are bounded on the disk: old segments go", async () => {
    const files = new FaultFiles();
    const log = await open(files, { segmentBytes: 10 });
    for (let index = 0; index < 30; index++) await say(log, `${index}`);
    expect(await files.names()).toHaveLength(8);
    expect(said(await open(files)).at(-1)).toBe("29");
  });

  it("can be listed after a number, newest without one, and of one node", async () => {
    const log = await open(new FaultFiles());
    for (const node of ["a", "b", "a"]) await log.record({ code: "TEST", severity: "info", node, message: node });
    expect(log.list({ limit: 1 }).map(({ id }) => id)).toEqual([3]);
    expect(log.list({ after: 1, limit: 1 }).map(({ id }) => id)).toEqual([2]);
    expect(log.list({ node: "a" }).map(({ id }) => id)).toEqual([1, 3]);
  });
});
