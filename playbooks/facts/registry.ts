import { disks } from "./disks/fact.ts";
import type { Fact } from "./fact.ts";
import { firmware } from "./firmware/fact.ts";
import { identity } from "./identity/fact.ts";
import { memory } from "./memory/fact.ts";
import { operatingSystem } from "./operating-system/fact.ts";
import { processor } from "./processor/fact.ts";

/** Every fact, by name. Written by `npm run generate`: add a folder with a fact.ts instead of editing. */
export const facts: readonly Fact[] = [disks, firmware, identity, memory, operatingSystem, processor];
