import { killHost, lastConsoleLines, startHost, untilReady } from "../boot.ts";
import { labErrors } from "../errors.ts";
import { execInHost } from "../inside.ts";
import { holdsWithin, initPid, nspawnPid } from "../processes.ts";
import type { FaultTarget } from "./faults.ts";

const DOWN_WITHIN_MS = 60_000;

/** Cuts the power: nothing on the host gets to finish anything. */
export async function powerOff({ lab, host, signal }: FaultTarget): Promise<void> {
  await killHost(lab, host, signal);
}

/** Powers the host on and waits until it answers. */
export async function powerOn(target: FaultTarget): Promise<void> {
  await startHost(target.lab, target.host, target.runner);
  await answers(target);
}

/** Restarts the host through its own systemd and waits until it answers again. */
export async function reboot(target: FaultTarget): Promise<void> {
  const { host, runner, signal } = target;
  const before = await nspawnPid(host.directory);
  const init = before === undefined ? undefined : await initPid(before);
  if (init === undefined) throw labErrors.hostOff(host.name, "reboot");
  await execInHost(init, ["systemctl", "reboot"], runner, { tolerant: true });
  await holdsWithin(DOWN_WITHIN_MS, async () => (await nspawnPid(host.directory)) !== before, signal);
  await answers(target);
}

async function answers({ lab, host, runner, signal }: FaultTarget): Promise<void> {
  if ((await untilReady(host, runner, signal)) !== undefined) return;
  const failure = { host: host.name, reason: "did not come up", console: await lastConsoleLines(host) };
  throw labErrors.hostsFailed(lab.name, [failure]);
}
