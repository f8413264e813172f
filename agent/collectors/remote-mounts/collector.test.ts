import { describe, expect, it } from "vitest";
import { commandDeadline, commandMissing, commandStuck } from "../../errors.ts";
import type { ProcessResult } from "../../processes/run-process.ts";
import { capturedHost } from "../node-host.ts";
import { remoteMounts } from "./collector.ts";

const MOUNTINFO = "33 27 0:70 / /home rw shared:7 - nfs4 10.0.0.1:/home rw\n";
const COMMAND = "stat -f -c %T -- /home";
const states = async (answer: string | ProcessResult | Error) => {
  const host = capturedHost({ files: { "/proc/self/mountinfo": MOUNTINFO }, commands: { [COMMAND]: answer } });
  return (await remoteMounts.collect(host)).map(({ state, reason }) => `${state} ${reason}`.trim());
};

describe("remote-mounts", () => {
  it("tells answering, closed and stale mounts apart", async () => {
    expect(await states("nfs\n")).toEqual(["answers"]);
    const closed = "stat: cannot read file system information for '/home': Permission denied";
    expect(await states({ status: 1, stdout: "", stderr: closed })).toEqual(["closed"]);
    const gone = "stat: cannot read file system information for '/home': Transport endpoint is not connected";
    expect(await states({ status: 1, stdout: "", stderr: gone })).toEqual([
      "stale Transport endpoint is not connected",
    ]);
  });

  it("takes silence for stale, also while the last question still hangs", async () => {
    expect(await states(commandDeadline(["stat"], 5000))).toEqual(["stale it does not answer within 5 s"]);
    expect(await states(commandStuck(["stat"]))).toEqual(["stale it does not answer within 5 s"]);
  });

  it("fails when nothing can be asked", async () => {
    await expect(states(commandMissing(["stat"], new Error("ENOENT")))).rejects.toThrow("cannot be started");
  });
});
