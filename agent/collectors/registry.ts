import type { Collector } from "./collector.ts";
import { memory } from "./memory/collector.ts";
import { processor } from "./processor/collector.ts";

/** Every collector, by name. Written by `npm run generate`: add a folder with a collector.ts instead of editing. */
export const collectors: readonly Collector[] = [memory, processor];
