import { access, mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LabHost, LabState } from "./state.ts";
import { labNames } from "./state.ts";

const ROOT = "/sys/fs/cgroup";
/** Version 1 controllers whose subtree a host gets for itself, bound to /lab-cgroup/<controller>. */
const CONTROLLERS = ["memory", "cpuset", "cpu", "cpuacct", "freezer", "devices", "pids"] as const;
/** Hierarchies without controllers in which every host needs its own place all the same. */
const PLACES = ["systemd", "unified"] as const;

export interface HostControlGroups {
  /** Directories that the host's first process joins before it becomes systemd-nspawn. */
  readonly join: readonly string[];
  /** Version 1 subtrees for the host itself: directory on the machine → path in the host. */
  readonly bind: readonly { readonly from: string; readonly to: string }[];
  /** Whether the groups keep the host from devices that are not its own. */
  readonly guardDevices: boolean;
}

/** Makes the host's control groups with its memory and processor limits. Repeating it is harmless. */
export async function ensureControlGroups(lab: LabState, host: LabHost): Promise<HostControlGroups> {
  const group = join(labNames(lab.name).controlGroup, host.name);
  return (await isThere(join(ROOT, "cgroup.controllers"))) ? unifiedGroups(group, host) : legacyGroups(group, host);
}

/** Every control group directory of the lab on this machine. */
export async function controlGroupsOf(labName: string): Promise<string[]> {
  const { controlGroup } = labNames(labName);
  const candidates = [
    join(ROOT, controlGroup),
    ...(await subdirectories(ROOT)).map((path) => join(path, controlGroup)),
  ];
  const there = await Promise.all(candidates.map(isThere));
  return candidates.filter((_, index) => there[index]);
}

/** Kills every process of the host at once, if the kernel has a unified hierarchy to do it through. */
export async function killControlGroup(lab: { readonly name: string }, hostName: string): Promise<void> {
  for (const group of await controlGroupsOf(lab.name)) {
    await writeFile(join(group, hostName, "cgroup.kill"), "1").catch(() => undefined);
  }
}

/** Removes a control group and all below it. False while a process is still in one of them. */
export async function removeControlGroup(path: string): Promise<boolean> {
  for (const child of await subdirectories(path)) await removeControlGroup(child);
  return rmdir(path).then(
    () => true,
    async () => !(await isThere(path)),
  );
}

async function legacyGroups(group: string, host: LabHost): Promise<HostControlGroups> {
  const mounted = await subdirectories(ROOT);
  const controllers = CONTROLLERS.filter((controller) => mounted.includes(join(ROOT, controller)));
  const places = PLACES.filter((place) => mounted.includes(join(ROOT, place)));
  for (const hierarchy of [...controllers, ...places]) await mkdir(join(ROOT, hierarchy, group), { recursive: true });
  if (controllers.includes("cpuset")) await copyCpusetDown(join(ROOT, "cpuset"), group);
  await writeFile(join(ROOT, "memory", group, "memory.limit_in_bytes"), String(host.memoryBytes));
  if (host.cpus !== undefined) {
    const quota = join(ROOT, "cpu", group, "cpu.cfs_quota_us");
    await writeFile(quota, String(Math.round(host.cpus * 100_000)));
  }
  if (controllers.includes("devices")) await allowOwnDevices(join(ROOT, "devices", group), host);
  return {
    join: [...controllers, ...places].map((hierarchy) => join(ROOT, hierarchy, group)),
    bind: controllers.map((controller) => ({ from: join(ROOT, controller, group), to: `/lab-cgroup/${controller}` })),
    guardDevices: controllers.includes("devices"),
  };
}

async function unifiedGroups(group: string, host: LabHost): Promise<HostControlGroups> {
  const path = join(ROOT, group);
  await mkdir(path, { recursive: true });
  for (const parent of [ROOT, join(path, "..")]) {
    await writeFile(join(parent, "cgroup.subtree_control"), "+memory +cpu +pids");
  }
  await writeFile(join(path, "memory.max"), String(host.memoryBytes));
  if (host.cpus !== undefined) await writeFile(join(path, "cpu.max"), `${Math.round(host.cpus * 100_000)} 100000`);
  return { join: [path], bind: [], guardDevices: false };
}

// The devices systemd gives a container, and the host's own disks: without it, root in a host could make a node for any
// disk of the machine.
const CONTAINER_DEVICES = [
  ...["c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm"], // null, zero, full, random, urandom
  ...["c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rw"], // tty, console, ptmx, pts
  ...["c 10:200 rwm", "c 10:229 rwm"], // net/tun, fuse
] as const;
const LOOP_MAJOR = 7;

async function allowOwnDevices(path: string, host: LabHost): Promise<void> {
  const disks = host.disks.flatMap((disk) => /^\/dev\/loop(\d+)$/.exec(disk.device ?? "")?.[1] ?? []);
  await writeFile(join(path, "devices.deny"), "a");
  for (const rule of [...CONTAINER_DEVICES, ...disks.map((number) => `b ${LOOP_MAJOR}:${number} rwm`)]) {
    await writeFile(join(path, "devices.allow"), rule);
  }
}

// A new version 1 cpuset is empty and takes no process until it has processors and memory nodes.
async function copyCpusetDown(root: string, group: string): Promise<void> {
  let parent = root;
  for (const part of group.split("/")) {
    const child = join(parent, part);
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      await writeFile(join(child, file), (await readFile(join(parent, file), "utf8")).trim());
    }
    parent = child;
  }
}

async function subdirectories(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch {
    return [];
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
