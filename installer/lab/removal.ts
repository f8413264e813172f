import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { controlGroupsOf, removeControlGroup } from "./control-groups.ts";
import { loopDevicesBelow } from "./disks.ts";
import { labErrors } from "./errors.ts";
import { mountsBelow } from "./mounts.ts";
import { removeNetwork, restoreForwarding } from "./network.ts";
import { belongsToLab, holdsWithin, machineProcesses, signalProcess } from "./processes.ts";
import type { CommandRunner } from "./runner.ts";
import { labDirectories, labNames } from "./state.ts";

/**
 * Removes all that lab `name` has on this machine, found by its names alone, so that it also works after a crash, when
 * half made and without a state file. Repeating it is harmless. Rejects with `LAB_STILL_IN_USE` when a person's shell
 * or the like holds on to something; the rest is gone then.
 */
export async function removeLab(name: string, runner: CommandRunner): Promise<void> {
  const { directory } = labNames(name);
  await endProcesses(name, directory);
  await removeNetwork(name, runner);
  await removeNspawnLocks(directory);
  await unmountAll((point) => point !== directory, directory, runner);
  await detachLoops(directory, runner);
  // Only now: the files behind the loop devices were opened through this mount.
  await unmountAll(() => true, directory, runner);
  await removeControlGroups(name);
  await removeNspawnRemains(name);
  const left = [
    ...(await mountsBelow(directory)),
    ...(await loopDevicesBelow(directory, runner)).map((loop) => loop.device),
    ...(await controlGroupsOf(name)),
  ];
  if (left.length > 0) throw labErrors.stillInUse(name, left);
  await rm(directory, { recursive: true, force: true });
  if ((await labDirectories()).length === 0) await restoreForwarding();
}

/** Whether lab `name` has anything on this machine: a directory, an interface, a control group. */
export async function hasRemains(name: string): Promise<boolean> {
  const { bridge } = labNames(name);
  const links = await readdir("/sys/class/net");
  return (await labDirectories()).includes(name) || links.includes(bridge) || (await controlGroupsOf(name)).length > 0;
}

async function endProcesses(name: string, directory: string): Promise<void> {
  const own = async () => (await machineProcesses()).filter((process) => belongsToLab(process, directory));
  // Keepers first, or they would start their host again.
  const isKeeper = (args: readonly string[]) => args[1]?.endsWith("keep-host.sh") === true;
  for (const { pid, args } of await own()) if (isKeeper(args)) signalProcess(pid, "SIGKILL");
  for (const group of await controlGroupsOf(name))
    await writeFile(join(group, "cgroup.kill"), "1").catch(() => undefined);
  for (const { pid } of await own()) signalProcess(pid, "SIGKILL");
  await holdsWithin(10_000, async () => (await own()).length === 0, undefined, 50);
}

async function unmountAll(
  concerns: (point: string) => boolean,
  directory: string,
  runner: CommandRunner,
): Promise<void> {
  await holdsWithin(10_000, async () => {
    const points = (await mountsBelow(directory)).filter(concerns);
    for (const point of points) await runner.run("umount", [point], { tolerant: true });
    return (await mountsBelow(directory)).filter(concerns).length === 0;
  });
}

async function detachLoops(directory: string, runner: CommandRunner): Promise<void> {
  await holdsWithin(5_000, async () => {
    const loops = await loopDevicesBelow(directory, runner);
    for (const { device } of loops) await runner.run("losetup", ["--detach", device], { tolerant: true });
    return (await loopDevicesBelow(directory, runner)).length === 0;
  });
}

async function removeControlGroups(name: string): Promise<void> {
  await holdsWithin(5_000, async () => {
    const removed = await Promise.all((await controlGroupsOf(name)).map(removeControlGroup));
    return !removed.includes(false);
  });
}

// systemd-nspawn names its lock after the root's device and inode, and leaves it behind when it is killed.
async function removeNspawnLocks(directory: string): Promise<void> {
  for (const point of await mountsBelow(directory)) {
    if (basename(point) !== "root") continue;
    const { dev, ino } = await stat(point);
    await rm(`/run/systemd/nspawn/locks/inode-${dev.toString(16)}:${ino.toString(16)}`, { force: true });
  }
}

// What else it leaves in /run then.
async function removeNspawnRemains(name: string): Promise<void> {
  const { machinePrefix } = labNames(name);
  for (const directory of ["/run/systemd/nspawn/propagate", "/run/systemd/nspawn/unix-export"]) {
    const names = await readdir(directory).catch(() => []);
    for (const entry of names.filter((entry) => entry.startsWith(machinePrefix))) {
      await rm(join(directory, entry), { recursive: true, force: true });
    }
  }
}
