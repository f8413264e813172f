import { describe, expect, it } from "vitest";
import type { MemoryReading } from "../../collectors/memory/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { memoryPressure } from "./check.ts";

const GIB = 2 ** 30;

describe("memory-pressure", () => {
  const at = (
    availableGib: number,
    full: number | undefined,
    source: MemoryReading["source"] = "machine",
  ): MemoryReading => ({
    source,
    totalBytes: 100 * GIB,
    availableBytes: availableGib * GIB,
    swapTotalBytes: 0,
    swapFreeBytes: 0,
    pressure: full === undefined ? undefined : { some: full, full },
  });
  it("reports programs that wait, and lets go only at half of it", () => {
    const turns = judgedInTurn(memoryPressure, [at(50, 0), at(50, 25), at(50, 15), at(50, 5)]);
    expect(statusesOf(turns, "pressure")).toEqual(["ok", "problem", "problem", "ok"]);
  });
  it("reports when hardly any is left", () => {
    const turns = judgedInTurn(memoryPressure, [at(50, 0), at(2, 0), at(4, 0), at(5, 0), at(4, 0)]);
    expect(statusesOf(turns, "available")).toEqual(["ok", "problem", "problem", "ok", "ok"]);
  });
  it("does without pressure figures and names a container's limit", () => {
    const turns = judgedInTurn(memoryPressure, [at(50, undefined, "cgroup")]);
    expect(statusesOf(turns, "pressure")).toEqual(["ok"]);
    expect(turns[0]?.[1]?.message).toContain("the node's limit");
  });
});
