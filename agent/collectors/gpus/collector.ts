import { type Collector, type Metrics, metricName } from "../collector.ts";

export interface Gpu {
  readonly index: number;
  readonly uuid: string;
  readonly model: string;
  readonly busId: string;
  /** Undefined where the GPU does not say. */
  readonly temperatureCelsius: number | undefined;
  readonly usePercent: number | undefined;
  readonly memoryUsedBytes: number | undefined;
  readonly memoryTotalBytes: number | undefined;
  /** Uncorrectable memory errors since the driver was loaded. */
  readonly uncorrectableErrors: number | undefined;
  /** A memory page waits for a reset to be taken out of use. */
  readonly retirementPending: boolean;
}

export interface GpusReading {
  /** GPUs that the driver has bound. */
  readonly bound: number;
  readonly gpus: readonly Gpu[];
  /** What nvidia-smi said about GPUs that it could not ask. */
  readonly complaint: string | undefined;
}

const FIELDS = [
  "index",
  "uuid",
  "name",
  "pci.bus_id",
  "temperature.gpu",
  "utilization.gpu",
  "memory.used",
  "memory.total",
  "ecc.errors.uncorrected.volatile.total",
  "retired_pages.pending",
] as const;

/** NVIDIA GPUs, where the driver is loaded; elsewhere none. */
export const gpus: Collector<GpusReading> = {
  name: "gpus",
  title: "GPUs: temperature, memory, errors",
  everySeconds: 60,
  deadlineSeconds: 25,
  async collect(host) {
    // One folder for each GPU that the driver has bound.
    const bound = (await host.list("/proc/driver/nvidia/gpus")).length;
    if (bound === 0) return { bound, gpus: [], complaint: undefined };
    const words = ["nvidia-smi", `--query-gpu=${FIELDS.join(",")}`, "--format=csv,noheader,nounits"];
    const { status, stdout, stderr } = await host.run(words, 20_000);
    const found = parseGpus(stdout);
    const said = `${stdout}\n${stderr}`.split("\n").find((line) => /unable|error|lost|failed/i.test(line));
    const complaint = said ?? (status === 0 ? undefined : `nvidia-smi ended with status ${status}`);
    return { bound, gpus: found, complaint: complaint?.trim().slice(0, 300) };
  },
  metrics({ gpus: found }) {
    const metrics: Metrics = {};
    for (const gpu of found) {
      const figures = {
        gpu_temperature_celsius: gpu.temperatureCelsius,
        gpu_use_percent: gpu.usePercent,
        gpu_memory_used_bytes: gpu.memoryUsedBytes,
        gpu_memory_total_bytes: gpu.memoryTotalBytes,
        gpu_uncorrectable_errors: gpu.uncorrectableErrors,
      };
      for (const [name, value] of Object.entries(figures)) {
        if (value !== undefined) metrics[metricName(name, { gpu: String(gpu.index) })] = value;
      }
    }
    return metrics;
  },
};

/** `nvidia-smi --query-gpu … --format=csv,noheader,nounits`, memory in MiB; lines that are none are left out. */
export function parseGpus(text: string): Gpu[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.split(",").map((field) => field.trim());
    const [index = "", uuid = "", model = "", busId = "", temperature, use, used, total, uncorrectable, pending] =
      fields;
    if (fields.length !== FIELDS.length || !/^\d+$/.test(index) || !uuid.startsWith("GPU-")) return [];
    return [
      {
        index: Number(index),
        uuid,
        model,
        busId,
        temperatureCelsius: figure(temperature),
        usePercent: figure(use),
        memoryUsedBytes: figure(used, 2 ** 20),
        memoryTotalBytes: figure(total, 2 ** 20),
        uncorrectableErrors: figure(uncorrectable),
        retirementPending: pending === "Yes",
      },
    ];
  });
}

/** A field as a number; `[N/A]`, `[Unknown Error]` and the like are none. */
function figure(field: string | undefined, factor = 1): number | undefined {
  return field !== undefined && /^\d+(?:\.\d+)?$/.test(field) ? Number(field) * factor : undefined;
}
