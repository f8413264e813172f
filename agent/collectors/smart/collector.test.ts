import { describe, expect, it } from "vitest";
import { parseSmartctl, unreadable } from "../../jobs/read-smart/smartctl.ts";
import { capturedHost } from "../node-host.ts";
import { smart } from "./collector.ts";

const BOOT = "6a0c1f0e-0000-0000-0000-000000000000";
const report = (part: object = {}) =>
  JSON.stringify({
    version: 1,
    bootId: BOOT,
    uptimeSeconds: 100,
    tool: "7.4",
    disks: [unreadable("sda", "odd")],
    ...part,
  });
const at = (text: string, uptime = "160.5 1.0") =>
  capturedHost({
    files: { "/smart": text, "/proc/uptime": uptime, "/proc/sys/kernel/random/boot_id": `${BOOT}\n` },
    settings: { smartFile: "/smart" },
  });

describe("smart", () => {
  it("reads the report, and its age by uptime", async () => {
    expect(await smart.collect(at(report()))).toMatchObject({ state: "read", ageSeconds: 61, tool: true });
  });

  it("does not take an old report, or one of another boot, for now", async () => {
    expect((await smart.collect(at(report(), "9000 1"))).state).toBe("old");
    expect((await smart.collect(at(report({ bootId: "other" })))).state).toBe("old");
  });

  it("tells absent from not wanted", async () => {
    expect((await smart.collect(capturedHost({}))).state).toBe("off");
    expect((await smart.collect(capturedHost({ settings: { smartFile: "/smart" } }))).state).toBe("absent");
  });

  it("rejects what is not a report", async () => {
    await expect(smart.collect(at("{}"))).rejects.toThrow("/smart");
    await expect(smart.collect(at("half a rep"))).rejects.toThrow();
  });

  it("makes metrics of what disks say", async () => {
    const disk = parseSmartctl(
      "nvme0n1",
      JSON.stringify({ smart_status: { passed: true }, temperature: { current: 40 } }),
    );
    const reading = await smart.collect(at(report({ disks: [disk] })));
    expect(smart.metrics(reading, undefined)).toEqual({ 'disk_temperature_celsius{disk="nvme0n1"}': 40 });
  });
});
