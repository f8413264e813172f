import type { CommandRunner } from "../runner.ts";
import type { LabHost, LabState } from "../state.ts";
import { skewClock } from "./clock.ts";
import { fillDisk, healDisk } from "./disk.ts";
import { cutNetwork, healNetwork } from "./network.ts";
import { powerOff, powerOn, reboot } from "./power.ts";

/** What a fault is done to, and with. */
export interface FaultTarget {
  readonly lab: LabState;
  readonly host: LabHost;
  readonly runner: CommandRunner;
  readonly signal?: AbortSignal;
}

/** Every fault, with what it does in words; the order is that of the help. */
export const LAB_FAULTS = {
  "power-off": "cut the power: everything on the host is killed at once",
  "power-on": "power the host on and wait until it answers",
  reboot: "restart the host in an orderly way and wait until it answers",
  "cut-network": "unplug the network cable",
  "heal-network": "plug the network cable in again",
  "fill-disk": "fill the root file system to the last byte",
  "heal-disk": "free what fill-disk took",
  "skew-clock": "make programs see a time that is off by the given seconds; 0 heals; a restart keeps it",
} as const;

export type LabFaultKind = keyof typeof LAB_FAULTS;

export type LabFault =
  | { readonly kind: Exclude<LabFaultKind, "skew-clock"> }
  | { readonly kind: "skew-clock"; readonly seconds: number };

/** Does `fault` to the target and resolves when it is done. */
export async function inflict(fault: LabFault, target: FaultTarget): Promise<void> {
  switch (fault.kind) {
    case "power-off":
      return powerOff(target);
    case "power-on":
      return powerOn(target);
    case "reboot":
      return reboot(target);
    case "cut-network":
      return cutNetwork(target);
    case "heal-network":
      return healNetwork(target);
    case "fill-disk":
      return fillDisk(target);
    case "heal-disk":
      return healDisk(target);
    case "skew-clock":
      return skewClock(target, fault.seconds);
  }
}
