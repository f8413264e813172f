import type { Check } from "./check.ts";
import { clockDrift } from "./clock-drift/check.ts";
import { diskInodes } from "./disk-inodes/check.ts";
import { diskSpace } from "./disk-space/check.ts";
import { failedUnits } from "./failed-units/check.ts";
import { gpuErrors } from "./gpu-errors/check.ts";
import { linkErrors } from "./link-errors/check.ts";
import { linkState } from "./link-state/check.ts";
import { load } from "./load/check.ts";
import { memoryPressure } from "./memory-pressure/check.ts";
import { readOnlyFileSystem } from "./read-only-file-system/check.ts";
import { rebootRequired } from "./reboot-required/check.ts";
import { smartHealth } from "./smart-health/check.ts";
import { staleMount } from "./stale-mount/check.ts";
import { timeSource } from "./time-source/check.ts";

/** Every check, by name. Written by `npm run generate`: add a folder with a check.ts instead of editing. */
export const checks: readonly Check[] = [
  clockDrift,
  diskInodes,
  diskSpace,
  failedUnits,
  gpuErrors,
  linkErrors,
  linkState,
  load,
  memoryPressure,
  readOnlyFileSystem,
  rebootRequired,
  smartHealth,
  staleMount,
  timeSource,
];
