import { describe, expect, it } from "vitest";
import { capturedHost } from "../node-host.ts";
import { gpus, parseGpus } from "./collector.ts";

const COMMAND =
  "nvidia-smi --query-gpu=index,uuid,name,pci.bus_id,temperature.gpu,utilization.gpu,memory.used,memory.total,ecc.errors.uncorrected.volatile.total,retired_pages.pending --format=csv,noheader,nounits";
const HEALTHY = "0, GPU-5a, NVIDIA L40S, 00000000:3B:00.0, 34, 7, 512, 46068, 0, [N/A]\n";
const LOST =
  "Unable to determine the device handle for GPU0000:AF:00.0: GPU is lost.  Reboot the system to recover this GPU\n";
const FILES = {
  "/proc/driver/nvidia/gpus/0000:3b:00.0/information": "",
  "/proc/driver/nvidia/gpus/0000:af:00.0/information": "",
};

describe("gpus", () => {
  it("asks nobody where no driver has bound a GPU", async () => {
    expect(await gpus.collect(capturedHost({}))).toEqual({ bound: 0, gpus: [], complaint: undefined });
  });

  it("reads figures; what the GPU does not say is not there", async () => {
    const host = capturedHost({ files: FILES, commands: { [COMMAND]: HEALTHY + HEALTHY.replace("0,", "1,") } });
    const reading = await gpus.collect(host);
    expect(reading).toMatchObject({ bound: 2, complaint: undefined });
    expect(gpus.metrics(reading, undefined)).toMatchObject({
      'gpu_temperature_celsius{gpu="0"}': 34,
      'gpu_memory_total_bytes{gpu="1"}': 46068 * 2 ** 20,
    });
    expect(parseGpus(HEALTHY.replace(", 34,", ", [Unknown Error],"))[0]?.temperatureCelsius).toBeUndefined();
  });

  it("keeps the complaint about a GPU that is lost", async () => {
    const answer = { status: 15, stdout: HEALTHY + LOST, stderr: "" };
    const reading = await gpus.collect(capturedHost({ files: FILES, commands: { [COMMAND]: answer } }));
    expect(reading.gpus).toHaveLength(1);
    expect(reading.complaint).toContain("GPU is lost");
  });

  it("reads no GPU out of garbage", () => {
    expect(parseGpus("index, uuid\n,,,,,,,,,\nNo devices were found\n")).toEqual([]);
  });
});
