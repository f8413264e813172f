import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { fileSystems, STAT_FORMAT } from "./collector.ts";

const MOUNTINFO = `27 1 8:2 / / rw shared:1 - ext4 /dev/sda2 rw
31 27 8:17 / /data\\040one rw shared:5 - xfs /dev/sdb1 rw
33 27 0:70 / /home rw shared:7 - nfs4 10.0.0.1:/home rw
`;
const COMMAND = `stat -f -c ${STAT_FORMAT} -- / /data one`;
const at = (answer: string | { status: number; stdout: string; stderr: string }) =>
  capturedHost({ files: { "/proc/self/mountinfo": MOUNTINFO }, commands: { [COMMAND]: answer } });

describe("file-systems", () => {
  it("asks one child for all local ones, and reckons as df does", async () => {
    const reading = await fileSystems.collect(at("4096 1000 300 250 5000 4000 /\n4096 100 100 100 0 0 /data one\n"));
    expect(reading).toEqual([
      {
        mountpoint: "/",
        type: "ext4",
        sizeBytes: 950 * 4096,
        availableBytes: 250 * 4096,
        inodes: 5000,
        inodesFree: 4000,
      },
      { mountpoint: "/data one", type: "xfs", sizeBytes: 409600, availableBytes: 409600, inodes: 0, inodesFree: 0 },
    ]);
    expect(fileSystems.metrics(reading, undefined)).toMatchObject({
      'filesystem_available_bytes{mountpoint="/"}': 1024000,
    });
  });

  it("leaves out what is closed to it", async () => {
    const answer = {
      status: 1,
      stdout: "4096 10 5 5 0 0 /\n",
      stderr: "stat: cannot read '/data one': Permission denied",
    };
    expect((await fileSystems.collect(at(answer))).map(({ mountpoint }) => mountpoint)).toEqual(["/"]);
  });

  it("fails when none answers, or the child is late", async () => {
    await expect(fileSystems.collect(at("nonsense\n"))).rejects.toThrow("says nothing");
    const late = capturedHost({
      files: { "/proc/self/mountinfo": MOUNTINFO },
      commands: { [COMMAND]: new Error("late") },
    });
    await expect(fileSystems.collect(late)).rejects.toThrow("late");
  });
});
