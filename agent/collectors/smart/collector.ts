import { parseWith } from "#inventory/kernel/schema.ts";
import { type Collector, type Metrics, metricName } from "../collector.ts";
import { type SmartDisk, SmartReport } from "./report.ts";

export interface SmartReading {
  /** `off`: the site does not have it read here. `absent`: not written yet. `old`: no longer written. */
  readonly state: "off" | "absent" | "old" | "read";
  readonly ageSeconds: number;
  /** False when smartctl is not installed. */
  readonly tool: boolean;
  readonly disks: readonly SmartDisk[];
}

/** The reader runs every half hour: after three missed turns its report says nothing about now. */
const OLD_AFTER_SECONDS = 2 * 3600;

/** SMART state of the disks, from the file that the root-run reader leaves. */
export const smart: Collector<SmartReading> = {
  name: "smart",
  title: "SMART state of the disks",
  everySeconds: 60,
  deadlineSeconds: 5,
  async collect(host) {
    const nothing = { ageSeconds: 0, tool: true, disks: [] };
    const path = host.settings.smartFile;
    if (path === undefined) return { ...nothing, state: "off" };
    const [text, uptime, boot] = await Promise.all([
      host.read(path),
      host.read("/proc/uptime"),
      host.read("/proc/sys/kernel/random/boot_id"),
    ]);
    if (text === undefined) return { ...nothing, state: "absent" };
    const report = parseWith(SmartReport, JSON.parse(text), path);
    const ageSeconds = Math.max(0, Math.round(Number.parseFloat(uptime ?? "0") - report.uptimeSeconds));
    const old = report.bootId !== boot?.trim() || ageSeconds > OLD_AFTER_SECONDS;
    return { state: old ? "old" : "read", ageSeconds, tool: report.tool !== null, disks: report.disks };
  },
  metrics({ state, disks }) {
    const metrics: Metrics = {};
    if (state !== "read") return metrics;
    for (const { name: disk, temperatureCelsius, wearPercent, pendingSectors, uncorrectableErrors } of disks) {
      const figures = {
        disk_temperature_celsius: temperatureCelsius,
        disk_wear_percent: wearPercent,
        disk_pending_sectors: pendingSectors,
        disk_uncorrectable_errors: uncorrectableErrors,
      };
      for (const [name, value] of Object.entries(figures))
        if (value !== null) metrics[metricName(name, { disk })] = value;
    }
    return metrics;
  },
};
