import { describe, expect, it } from "vitest";
import type { FileSystem } from "../../collectors/file-systems/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { diskInodes } from "./check.ts";

const GIB = 2 ** 30;

describe("disk-inodes", () => {
  const at = (inodesFree: number, inodes = 1000): readonly FileSystem[] => [
    { mountpoint: "/", type: "ext4", sizeBytes: GIB, availableBytes: GIB, inodes, inodesFree },
  ];
  it("warns, comes back later than it went, and knows file systems without inodes", () => {
    const turns = judgedInTurn(diskInodes, [at(500), at(40), at(60), at(80), at(5), at(0, 0)]);
    expect(statusesOf(turns, "/")).toEqual(["ok", "problem", "problem", "ok", "problem", "ok"]);
    expect(turns[4]?.[0]?.severity).toBe("critical");
  });
});
