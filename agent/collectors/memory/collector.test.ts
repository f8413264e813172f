import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { memory, parsePressure } from "./collector.ts";

const MEMINFO = `MemTotal:       24683656 kB
MemFree:        22213084 kB
MemAvailable:   23740444 kB
Buffers:           36216 kB
SwapTotal:       1000000 kB
SwapFree:         900000 kB
HugePages_Total:       0
`;
const PSI = `some avg10=0.00 avg60=1.25 avg300=0.10 total=123
full avg10=0.00 avg60=0.50 avg300=0.00 total=99
`;

describe("memory", () => {
  it("reads the machine's memory", async () => {
    const host = capturedHost({ files: { "/proc/meminfo": MEMINFO, "/proc/pressure/memory": PSI } });
    expect(await memory.collect(host)).toEqual({
      source: "machine",
      totalBytes: 24683656 * 1024,
      availableBytes: 23740444 * 1024,
      swapTotalBytes: 1000000 * 1024,
      swapFreeBytes: 900000 * 1024,
      pressure: { some: 1.25, full: 0.5 },
    });
  });

  it("takes a control group's limit where there is one, and its own pressure", async () => {
    const files = {
      "/proc/meminfo": MEMINFO,
      "/proc/pressure/memory": PSI,
      "/sys/fs/cgroup/memory.max": "1073741824\n",
      "/sys/fs/cgroup/memory.current": "536870912\n",
      "/sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 268435456\n",
      "/sys/fs/cgroup/memory.pressure": "some avg10=0.00 avg60=9.00 avg300=0.00 total=1\n",
    };
    expect(await memory.collect(capturedHost({ files }))).toMatchObject({
      source: "cgroup",
      totalBytes: 2 ** 30,
      availableBytes: 2 ** 29 + 2 ** 28,
      pressure: { some: 9, full: 0 },
    });
  });

  it.each(["max\n", "9223372036854771712\n"])("takes no limit (%j) for none", async (limit) => {
    const files = {
      "/proc/meminfo": MEMINFO,
      "/sys/fs/cgroup/memory.max": limit,
      "/sys/fs/cgroup/memory.current": "1\n",
    };
    expect((await memory.collect(capturedHost({ files }))).source).toBe("machine");
  });

  it("reads cgroup v1 limits too", async () => {
    const files = {
      "/proc/meminfo": MEMINFO,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "1048576",
      "/sys/fs/cgroup/memory/memory.usage_in_bytes": "1048576",
      "/sys/fs/cgroup/memory/memory.stat": "total_inactive_file 4096\n",
    };
    expect(await memory.collect(capturedHost({ files }))).toMatchObject({ source: "cgroup", availableBytes: 4096 });
  });

  it("rejects what is no /proc/meminfo", async () => {
    await expect(memory.collect(capturedHost({ files: { "/proc/meminfo": "MemTotal: many\n" } }))).rejects.toThrow();
  });

  it("takes nothing else for pressure", () => {
    expect(parsePressure("full avg10=1 avg60=2\n")).toBeUndefined();
  });
});
