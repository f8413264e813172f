import { bmc } from "./bmc/fact.ts";
import { disks } from "./disks/fact.ts";
import { dns } from "./dns/fact.ts";
import type { Fact } from "./fact.ts";
import { filesystems } from "./filesystems/fact.ts";
import { firmware } from "./firmware/fact.ts";
import { graphics } from "./graphics/fact.ts";
import { identity } from "./identity/fact.ts";
import { listening } from "./listening/fact.ts";
import { management } from "./management/fact.ts";
import { memory } from "./memory/fact.ts";
import { network } from "./network/fact.ts";
import { operatingSystem } from "./operating-system/fact.ts";
import { processor } from "./processor/fact.ts";
import { storageControllers } from "./storage-controllers/fact.ts";
import { time } from "./time/fact.ts";

/** Every fact, by name. Written by `npm run generate`: add a folder with a fact.ts instead of editing. */
export const facts: readonly Fact[] = [
  bmc,
  disks,
  dns,
  filesystems,
  firmware,
  graphics,
  identity,
  listening,
  management,
  memory,
  network,
  operatingSystem,
  processor,
  storageControllers,
  time,
];
