import { type Gpu, type GpusReading, gpus } from "../../collectors/gpus/collector.ts";
import type { Check, Finding } from "../check.ts";

type Limit = "temperatureCelsius" | "temperatureBack" | "uncorrectableErrors";

/** A GPU is lost, too hot, or its memory fails. */
export const gpuErrors: Check<GpusReading, Limit, undefined> = {
  name: "gpu-errors",
  title: "GPUs answer, without errors",
  reads: gpus,
  codes: ["AGENT_GPU_ERRORS", "AGENT_GPU_LOST", "AGENT_GPU_HOT"],
  severity: "warning",
  toleranceSeconds: 60,
  dependsOn: [],
  limits: { temperatureCelsius: 92, temperatureBack: 85, uncorrectableErrors: 1 },
  judge({ reading, was, limits }): Finding[] {
    if (reading.bound === 0) return [{ subject: "", status: "ok", message: "There are no GPUs with a driver." }];
    return [answering(reading), ...reading.gpus.map((gpu) => judgeGpu(gpu, was(gpu.uuid) === "problem", limits))];
  },
};

function answering({ bound, gpus: found, complaint }: GpusReading): Finding {
  const code = "AGENT_GPU_LOST";
  const said = complaint === undefined ? "" : ` nvidia-smi says: ${complaint}`;
  const message = `${found.length} of ${bound} GPUs answer.${said}`;
  if (found.length >= bound && complaint === undefined) return { subject: "", code, status: "ok", message };
  const hint =
    "Read the driver's Xid messages (`journalctl -k -b | grep -i xid`); a lost GPU needs a reset or a power cycle of the node.";
  return { subject: "", code, status: "problem", severity: "critical", message, hint };
}

function judgeGpu(gpu: Gpu, wasProblem: boolean, limits: Readonly<Record<Limit, number>>): Finding {
  const subject = gpu.uuid;
  const name = `GPU ${gpu.index} (${gpu.model}, ${gpu.busId})`;
  const errors = gpu.uncorrectableErrors ?? 0;
  if (errors >= limits.uncorrectableErrors || gpu.retirementPending) {
    const pending = gpu.retirementPending ? "; memory waits to be taken out of use" : "";
    const hint = "Drain the node and reset the GPU (`nvidia-smi --gpu-reset`); have it replaced when errors come back.";
    return {
      subject,
      status: "problem",
      message: `${name} had ${errors} uncorrectable memory errors${pending}.`,
      hint,
    };
  }
  const celsius = gpu.temperatureCelsius;
  if (celsius !== undefined && celsius >= (wasProblem ? limits.temperatureBack : limits.temperatureCelsius)) {
    const hint = "Check fans, air filters and the room; the GPU slows itself down.";
    return { subject, status: "problem", code: "AGENT_GPU_HOT", message: `${name} is at ${celsius} °C.`, hint };
  }
  return { subject, status: "ok", message: `${name} has no errors${celsius === undefined ? "" : `, ${celsius} °C`}.` };
}
