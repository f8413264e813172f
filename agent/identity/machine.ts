import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";

/** What tells this machine, this boot and this start of the agent from all others. */
export interface MachineIdentity {
  /** /etc/machine-id (machine-id(5)). */
  readonly machineId: string;
  readonly bootId: string;
  /** Random, new at each start of the agent. */
  readonly startId: string;
}

/** Reads who this machine is; what the node does not have is `unknown`. */
export async function machineIdentity(): Promise<MachineIdentity> {
  const [machineId, bootId] = await Promise.all([
    firstLine("/etc/machine-id"),
    firstLine("/proc/sys/kernel/random/boot_id"),
  ]);
  return { machineId, bootId, startId: randomUUID() };
}

function firstLine(path: string): Promise<string> {
  return readFile(path, "utf8").then(
    (text) => text.trim().slice(0, 256) || "unknown",
    () => "unknown",
  );
}
