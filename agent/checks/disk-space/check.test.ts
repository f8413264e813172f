import { describe, expect, it } from "vitest";
import type { FileSystem } from "../../collectors/file-systems/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { diskSpace } from "./check.ts";

const GIB = 2 ** 30;

describe("disk-space", () => {
  const at = (available: number, size = 100): readonly FileSystem[] => [
    {
      mountpoint: "/",
      type: "ext4",
      sizeBytes: size * GIB,
      availableBytes: available * GIB,
      inodes: 1000,
      inodesFree: 900,
    },
  ];
  it("is quiet with room, warns below a tenth, is critical below a twentieth", () => {
    const turns = judgedInTurn(diskSpace, [at(50), at(9), at(4)]);
    expect(statusesOf(turns, "/")).toEqual(["ok", "problem", "problem"]);
    expect(turns.map(([finding]) => finding?.severity)).toEqual([undefined, "warning", "critical"]);
    expect(turns[2]?.[0]?.message).toContain("4.0 GiB (4.0 %)");
    expect(turns[1]?.[0]?.hint).toContain("du -xh");
  });
  it("wants two per cent more before it is over", () => {
    expect(statusesOf(judgedInTurn(diskSpace, [at(9), at(11), at(13), at(11)]), "/")).toEqual([
      "problem",
      "problem",
      "ok",
      "ok",
    ]);
  });
  it("does not mind a small share of a huge disk", () => {
    expect(statusesOf(judgedInTurn(diskSpace, [at(200, 10_000)]), "/")).toEqual(["ok"]);
  });
  it("takes the site's limit", () => {
    expect(statusesOf(judgedInTurn(diskSpace, [at(15)], { warningShare: 0.2 }), "/")).toEqual(["problem"]);
  });
  it("does not divide by an empty file system", () => {
    expect(judgedInTurn(diskSpace, [at(0, 0)])[0]?.[0]?.message).not.toContain("NaN");
  });
});
