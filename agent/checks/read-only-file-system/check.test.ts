import { describe, expect, it } from "vitest";
import type { MountState } from "../../collectors/mounts/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { readOnlyFileSystem } from "./check.ts";

describe("read-only-file-system", () => {
  const at = (readOnly: boolean, wantedReadOnly?: boolean): readonly MountState[] => [
    { mountpoint: "/data", type: "xfs", source: "/dev/sdb1", readOnly, wantedReadOnly },
  ];
  it("reports one that was writable before, until it is again", () => {
    const turns = judgedInTurn(readOnlyFileSystem, [at(false), at(true), at(true), at(false)]);
    expect(statusesOf(turns, "/data")).toEqual(["ok", "problem", "problem", "ok"]);
  });
  it("believes fstab from the first look on", () => {
    expect(statusesOf(judgedInTurn(readOnlyFileSystem, [at(true, false)]), "/data")).toEqual(["problem"]);
    expect(statusesOf(judgedInTurn(readOnlyFileSystem, [at(false, true), at(true, true)]), "/data")).toEqual([
      "ok",
      "ok",
    ]);
  });
  it("leaves alone what never was writable", () => {
    expect(statusesOf(judgedInTurn(readOnlyFileSystem, [at(true)]), "/data")).toEqual(["ok"]);
  });
});
