import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { ensureCredentials, writeKnownHosts } from "./access.ts";
import { isKept, lastConsoleLines, type Readiness, startHost, untilReady, withReadiness } from "./boot.ts";
import { ensureDisks } from "./disks.ts";
import { labErrors } from "./errors.ts";
import { ensureRoot } from "./host-root.ts";
import { ensureImage } from "./image.ts";
import { whileLocked } from "./lock.ts";
import { type MachineSettings, readMachineSettings } from "./machine.ts";
import { ensureSharedMount } from "./mounts.ts";
import { ensureNetwork } from "./network.ts";
import { ensurePackageCache } from "./package-cache/process.ts";
import { preflight } from "./preflight.ts";
import type { LabOs, LabProfile } from "./profile.ts";
import { type LabOptions, report } from "./progress.ts";
import { type CommandRunner, execaRunner } from "./runner.ts";
import { differenceBetween, type LabHost, type LabState, plannedState, readState, saveState } from "./state.ts";

/**
 * Makes the lab of `profile` so: every host booted and answering on SSH. What is there already is kept, a host that is
 * off is powered on; a lab that is up stays as it is. Rejects with `LAB_PREFLIGHT_FAILED` (nothing changed),
 * `LAB_DIFFERENT_PROFILE`, `LAB_LOCKED`, or `LAB_HOSTS_FAILED` (the others are up). Interrupted, it leaves a half-made
 * lab that a second call completes and `labDown` removes.
 */
export async function labUp(profile: LabProfile, options: LabOptions = {}): Promise<LabState> {
  const runner = options.runner ?? execaRunner(options.signal);
  const planned = plannedState(profile);
  return whileLocked(planned.name, async () => {
    const before = await readState(planned.name);
    const difference = before === undefined ? undefined : differenceBetween(before, planned);
    if (difference !== undefined) throw labErrors.changedProfile(planned.name, difference);
    report(options, { step: "check", message: "checking this machine" });
    await preflight(planned, runner);
    const machine = await readMachineSettings(runner);
    // Written before anything is made, so that a crash from here on leaves a lab that has a name.
    await saveState(before ?? planned);
    const images = await ensureImages(planned, machine, runner, options);
    await ensureSharedMount(planned.directory, runner);
    report(options, { step: "network", message: `network ${planned.subnet} on ${planned.bridge}` });
    await ensureNetwork(planned, runner);
    await ensureCredentials(planned, runner);
    await ensurePackageCache(planned, machine, runner);
    const lab = await ensureAllDisks(planned, runner, options);
    await saveState(lab);
    const failures = await bootHosts(lab, images, machine, runner, options);
    await writeKnownHosts(lab);
    return untilAllReady(lab, failures, runner, options);
  });
}

async function ensureImages(
  lab: LabState,
  machine: MachineSettings,
  runner: CommandRunner,
  options: LabOptions,
): Promise<Map<LabOs, string>> {
  const images = new Map<LabOs, string>();
  const building = [...new Set(lab.hosts.map((host) => host.os))].map(async (os) => {
    const onBuild = () => report(options, { step: "image", message: `building the ${os} image, once` });
    images.set(os, await ensureImage(os, machine, runner, onBuild));
  });
  // All of them to their end, so that nothing is at work any more when the first failure is told.
  for (const outcome of await Promise.allSettled(building)) if (outcome.status === "rejected") throw outcome.reason;
  return images;
}

// One after the other: the kernel gives out loop devices in no order otherwise.
async function ensureAllDisks(lab: LabState, runner: CommandRunner, options: LabOptions): Promise<LabState> {
  const hosts: LabHost[] = [];
  for (const host of lab.hosts) {
    await mkdir(join(host.directory, "disks"), { recursive: true, mode: 0o700 });
    hosts.push({ ...host, disks: await ensureDisks(host, runner) });
    report(options, { host: host.name, step: "disks", message: `${host.disks.length} disks` });
  }
  return { ...lab, hosts };
}

/** Starts every host; why one could not be started, by its name. */
async function bootHosts(
  lab: LabState,
  images: ReadonlyMap<LabOs, string>,
  machine: MachineSettings,
  runner: CommandRunner,
  options: LabOptions,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  await Promise.all(
    lab.hosts.map(async (host) => {
      try {
        await ensureRoot(lab, host, images.get(host.os) ?? "", machine, runner);
        const started = await startHost(lab, host, runner);
        if (started) report(options, { host: host.name, step: "boot", message: "booting" });
        else report(options, { host: host.name, step: "kept", message: "runs already" });
      } catch (error) {
        failures.set(host.name, messageOf(error));
      }
    }),
  );
  options.signal?.throwIfAborted();
  return failures;
}

async function untilAllReady(
  lab: LabState,
  failures: ReadonlyMap<string, string>,
  runner: CommandRunner,
  options: LabOptions,
): Promise<LabState> {
  const outcomes = await Promise.all(
    lab.hosts.map(async (host) => {
      const readiness = failures.has(host.name) ? undefined : await untilReady(host, runner, options.signal);
      reportReadiness(host, readiness, options);
      return { host, readiness };
    }),
  );
  const state = { ...lab, hosts: outcomes.map(({ host, readiness }) => withReadiness(host, readiness)) };
  await saveState(state);
  const failed = outcomes.filter(({ readiness }) => readiness === undefined).map(({ host }) => host);
  if (failed.length > 0) throw await hostsFailed(lab, failed, failures);
  report(options, { step: "done", message: `${lab.hosts.length} hosts are up` });
  return state;
}

async function hostsFailed(lab: LabState, failed: readonly LabHost[], failures: ReadonlyMap<string, string>) {
  const details = failed.map(async (host) => {
    const failure = failures.get(host.name);
    if (failure !== undefined) return { host: host.name, reason: failure, console: [] };
    const reason = (await isKept(host)) ? "did not finish booting in time" : "stopped while booting";
    return { host: host.name, reason, console: await lastConsoleLines(host) };
  });
  return labErrors.hostsFailed(lab.name, await Promise.all(details));
}

function reportReadiness(host: LabHost, readiness: Readiness | undefined, options: LabOptions): void {
  if (readiness === undefined) {
    report(options, { host: host.name, step: "failed", message: "did not come up" });
    return;
  }
  const units = readiness.status === "degraded" ? `, degraded: ${readiness.failedUnits.join(", ")}` : "";
  report(options, { host: host.name, step: "done", message: `up at ${host.address}${units}` });
}
