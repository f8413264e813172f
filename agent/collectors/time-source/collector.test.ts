import { describe, expect, it } from "vitest";
import { commandMissing } from "../../errors.ts";
import { capturedHost } from "../node-host.ts";
import { parseTracking, timeSource } from "./collector.ts";

const CHRONYC = "chronyc -n -c tracking";
const TIMEDATECTL = "timedatectl show --property=NTPSynchronized --value";
const SYNCED = "0A4D000B,10.77.0.11,3,1763850000.123,0.000012,-0.00001,0.0001,-12.3,0.01,0.1,0.02,0.001,64.2,Normal\n";
const UNSYNCED = "7F7F0101,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n";
const silent = { status: 1, stdout: "", stderr: "506 Cannot talk to daemon\n" };
const missing = commandMissing([], new Error("ENOENT"));

describe("time-source", () => {
  it("reads chrony's word", async () => {
    expect(await timeSource.collect(capturedHost({ commands: { [CHRONYC]: SYNCED } }))).toEqual({
      keeper: "chrony",
      synchronised: true,
      source: "10.77.0.11",
      stratum: 3,
      container: undefined,
    });
    expect(parseTracking(UNSYNCED)).toEqual({ synchronised: false, source: undefined, stratum: 0 });
  });

  it("knows timesyncd by its files", async () => {
    const commands = { [CHRONYC]: missing };
    const running = capturedHost({ commands, files: { "/run/systemd/timesync/synchronized": "" } });
    expect(await timeSource.collect(running)).toMatchObject({ keeper: "systemd-timesyncd", synchronised: true });
  });

  it("finds nobody in a container whose chrony does not run", async () => {
    const host = capturedHost({
      commands: { [CHRONYC]: silent },
      files: { "/run/systemd/container": "systemd-nspawn\n" },
    });
    const reading = await timeSource.collect(host);
    expect(reading).toMatchObject({ keeper: "none", container: "systemd-nspawn" });
    expect(timeSource.metrics(reading, undefined)).toEqual({});
  });

  it("asks the kernel's state elsewhere", async () => {
    const keeper = async (answer: string) =>
      (await timeSource.collect(capturedHost({ commands: { [CHRONYC]: missing, [TIMEDATECTL]: answer } }))).keeper;
    expect(await keeper("yes\n")).toBe("another");
    expect(await keeper("no\n")).toBe("none");
  });

  it("rejects what is not chrony's", () => {
    expect(() => parseTracking("a,b,c")).toThrow("not as expected");
  });
});
