import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { parseProcessorLimit, processor } from "./collector.ts";

const STAT = `cpu  1000 100 500 8000 300 50 50 0 0 0
cpu0 500 50 250 4000 150 25 25 0 0 0
cpu1 500 50 250 4000 150 25 25 0 0 0
intr 1 2 3
`;
const LATER = STAT.replace("cpu  1000 100 500 8000 300 50 50 0", "cpu  1050 100 525 8020 305 50 50 0");
const host = (stat: string, more: Record<string, string> = {}) =>
  capturedHost({ files: { "/proc/stat": stat, "/proc/loadavg": "0.52 1.10 2.03 2/345 6789\n", ...more } });

describe("processor", () => {
  it("reads load, count and shares between two readings", async () => {
    const previous = await processor.collect(host(STAT));
    expect(previous).toMatchObject({ load: [0.52, 1.1, 2.03], count: 2, container: undefined });
    const reading = await processor.collect(host(LATER));
    expect(processor.metrics(reading, { previous, elapsedMilliseconds: 1000 })).toEqual({
      load1: 0.52,
      load5: 1.1,
      load15: 2.03,
      processors: 2,
      processor_user_share: 0.5,
      processor_system_share: 0.25,
      processor_idle_share: 0.2,
      processor_waiting_share: 0.05,
      processor_stolen_share: 0,
    });
  });

  it("makes no shares of counters that stand still", async () => {
    const previous = await processor.collect(host(STAT));
    expect(processor.metrics(previous, { previous, elapsedMilliseconds: 1 })).not.toHaveProperty(
      "processor_user_share",
    );
  });

  it("knows a control group's limit and a container", async () => {
    const more = { "/sys/fs/cgroup/cpu.max": "50000 100000\n", "/run/systemd/container": "systemd-nspawn\n" };
    expect(await processor.collect(host(STAT, more))).toMatchObject({ count: 0.5, container: "systemd-nspawn" });
    expect(parseProcessorLimit("max 100000\n")).toBeUndefined();
    expect(parseProcessorLimit("1 0\n")).toBeUndefined();
  });
});
