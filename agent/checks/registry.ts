import type { Check } from "./check.ts";
import { load } from "./load/check.ts";
import { memoryPressure } from "./memory-pressure/check.ts";

/** Every check, by name. Written by `npm run generate`: add a folder with a check.ts instead of editing. */
export const checks: readonly Check[] = [load, memoryPressure];
