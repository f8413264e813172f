import { describe, expect, it } from "vitest";
import type { SmartReading } from "../../collectors/smart/collector.ts";
import type { SmartDisk } from "../../collectors/smart/report.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { smartHealth } from "./check.ts";

describe("smart-health", () => {
  const disk = (part: Partial<SmartDisk> = {}): SmartDisk => ({
    name: "sda",
    model: "ST8000",
    serial: "ZA1",
    passed: true,
    reallocatedSectors: 0,
    pendingSectors: 0,
    uncorrectableErrors: 0,
    wearPercent: null,
    spareBelowThreshold: null,
    temperatureCelsius: 31,
    reason: null,
    ...part,
  });
  const read = (...disks: SmartDisk[]): SmartReading => ({ state: "read", ageSeconds: 10, tool: true, disks });
  it("tells healthy, ailing and failing disks apart, by serial", () => {
    const turns = judgedInTurn(smartHealth, [
      read(disk()),
      read(disk({ pendingSectors: 8 })),
      read(disk({ passed: false })),
    ]);
    expect(turns.flat().map(({ status, severity }) => [status, severity])).toEqual([
      ["ok", undefined],
      ["problem", "warning"],
      ["problem", "critical"],
    ]);
    expect(turns[1]?.[0]?.hint).toContain("ZA1");
  });
  it("knows what it does not know", () => {
    const nothing = { ageSeconds: 0, tool: true, disks: [] };
    const states = judgedInTurn(smartHealth, [
      { ...nothing, state: "off" },
      { ...nothing, state: "absent" },
      { ...nothing, state: "old" },
      { ...nothing, state: "read" },
      { ...nothing, state: "read", tool: false },
      { ...nothing, state: "read", tool: false, disks: [disk({ passed: null })] },
    ]);
    expect(statusesOf(states)).toEqual(["ok", "unknown", "unknown", "ok", "ok", "unknown"]);
  });
  it("does not judge a disk without SMART", () => {
    const turns = judgedInTurn(smartHealth, [read(disk({ passed: null, reason: "it has no SMART" }))]);
    expect(statusesOf(turns, "sda")).toEqual(["ok"]);
  });
});
