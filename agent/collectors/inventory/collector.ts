import { parseWith } from "#inventory/kernel/schema.ts";
import { type Collector, type Metrics, metricName } from "../collector.ts";
import { Hardware } from "./hardware.ts";

/** Longest value of a label: a metric's name has room for four of them. */
const LONGEST_LABEL = 36;

/**
 * What the node is made of, as metrics that are 1 and say it in their labels: read once after a start, by a child that is killed when it takes too long.
 */
export const inventory: Collector<Hardware | undefined> = {
  name: "inventory",
  title: "What the node is made of",
  everySeconds: 24 * 3600,
  deadlineSeconds: 70,
  async collect(host) {
    const { self } = host.settings;
    if (self === undefined) return undefined;
    const { status, stdout, stderr } = await host.run([...self, "inventory"], 60_000);
    if (status !== 0) throw new Error(`the inventory ended with status ${status}: ${stderr.trim().slice(0, 200)}`);
    return parseWith(Hardware, JSON.parse(stdout), "the inventory");
  },
  metrics(hardware) {
    if (hardware === undefined) return {};
    const { vendor, model, serial, firmware, processor, operatingSystem, kernel } = hardware;
    const metrics: Metrics = {
      ...(vendor || model || serial ? { [info("inventory_system", { vendor, model, serial })]: 1 } : {}),
      [info("inventory_software", { firmware, operatingSystem, kernel })]: 1,
      [info("inventory_processor_cores", { model: processor })]: hardware.processorCores,
      inventory_memory_modules: hardware.memoryModules,
    };
    for (const { bytes, ...disk } of hardware.disks) metrics[info("inventory_disk_bytes", disk)] = bytes;
    return metrics;
  },
};

function info(name: string, labels: Readonly<Record<string, string>>): string {
  const said = Object.entries(labels).filter(([, value]) => value !== "");
  const short = said.map(([label, value]) => [label, value.slice(0, LONGEST_LABEL)] as const);
  return metricName(name, Object.fromEntries(short));
}
