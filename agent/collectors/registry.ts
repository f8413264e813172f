import { clock } from "./clock/collector.ts";
import type { Collector } from "./collector.ts";
import { fileSystems } from "./file-systems/collector.ts";
import { gpus } from "./gpus/collector.ts";
import { inventory } from "./inventory/collector.ts";
import { memory } from "./memory/collector.ts";
import { mounts } from "./mounts/collector.ts";
import { networkInterfaces } from "./network-interfaces/collector.ts";
import { processor } from "./processor/collector.ts";
import { reboot } from "./reboot/collector.ts";
import { remoteMounts } from "./remote-mounts/collector.ts";
import { smart } from "./smart/collector.ts";
import { timeSource } from "./time-source/collector.ts";
import { units } from "./units/collector.ts";

/** Every collector, by name. Written by `npm run generate`: add a folder with a collector.ts instead of editing. */
export const collectors: readonly Collector[] = [
  clock,
  fileSystems,
  gpus,
  inventory,
  memory,
  mounts,
  networkInterfaces,
  processor,
  reboot,
  remoteMounts,
  smart,
  timeSource,
  units,
];
