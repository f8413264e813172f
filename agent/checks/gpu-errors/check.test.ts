import { describe, expect, it } from "vitest";
import type { Gpu, GpusReading } from "../../collectors/gpus/collector.ts";
import { judgedInTurn, statusesOf } from "../judging-for-tests.ts";
import { gpuErrors } from "./check.ts";

const GIB = 2 ** 30;

describe("gpu-errors", () => {
  const gpu = (part: Partial<Gpu> = {}): Gpu => ({
    index: 0,
    uuid: "GPU-1",
    model: "L40S",
    busId: "00000000:3B:00.0",
    temperatureCelsius: 40,
    usePercent: 0,
    memoryUsedBytes: 0,
    memoryTotalBytes: 48 * GIB,
    uncorrectableErrors: 0,
    retirementPending: false,
    ...part,
  });
  const with1 = (part: Partial<Gpu> = {}): GpusReading => ({ bound: 1, gpus: [gpu(part)], complaint: undefined });
  it("is quiet on healthy GPUs and on nodes without", () => {
    expect(statusesOf(judgedInTurn(gpuErrors, [with1()]), "GPU-1")).toEqual(["ok"]);
    expect(statusesOf(judgedInTurn(gpuErrors, [{ bound: 0, gpus: [], complaint: undefined }]))).toEqual(["ok"]);
  });
  it("reports a lost GPU", () => {
    const turns = judgedInTurn(gpuErrors, [{ bound: 2, gpus: [gpu()], complaint: "GPU is lost" }]);
    expect(turns[0]?.[0]).toMatchObject({ status: "problem", severity: "critical", code: "AGENT_GPU_LOST" });
  });
  it("reports memory errors, and heat with a way back", () => {
    const turns = judgedInTurn(gpuErrors, [
      with1({ temperatureCelsius: 93 }),
      with1({ temperatureCelsius: 88 }),
      with1({ temperatureCelsius: 80 }),
      with1({ uncorrectableErrors: 2 }),
    ]);
    expect(statusesOf(turns, "GPU-1")).toEqual(["problem", "problem", "ok", "problem"]);
  });
});
