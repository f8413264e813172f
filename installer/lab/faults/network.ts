import { labErrors } from "../errors.ts";
import { nspawnPid } from "../processes.ts";
import type { FaultTarget } from "./faults.ts";

/** Unplugs the cable: the host's interface loses its carrier, nothing is refused, packets are lost. */
export async function cutNetwork(target: FaultTarget): Promise<void> {
  await setLink(target, "down");
}

/** Plugs the cable in again. */
export async function healNetwork(target: FaultTarget): Promise<void> {
  await setLink(target, "up");
}

async function setLink({ host, runner }: FaultTarget, state: "up" | "down"): Promise<void> {
  if ((await nspawnPid(host.directory)) === undefined) throw labErrors.hostOff(host.name, "that");
  await runner.run("ip", ["link", "set", "dev", host.link, state]);
}
