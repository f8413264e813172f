import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureCredentials, sshCommand, writeKnownHosts } from "./access.ts";
import { isKept, lastConsoleLines, type Readiness, readinessOf, startHost, untilReady } from "./boot.ts";
import { ensureDisks } from "./disks.ts";
import { labErrors } from "./errors.ts";
import { inflict, type LabFault } from "./faults/faults.ts";
import { ensureRoot } from "./host-root.ts";
import { ensureImage } from "./image.ts";
import { whileLocked } from "./lock.ts";
import { type MachineSettings, readMachineSettings } from "./machine.ts";
import { ensureSharedMount } from "./mounts.ts";
import { ensureNetwork } from "./network.ts";
import { ensurePackageCache } from "./package-cache/process.ts";
import { preflight } from "./preflight.ts";
import type { LabOs, LabProfile } from "./profile.ts";
import { hasRemains, removeLab } from "./removal.ts";
import { type CommandRunner, execaRunner, runInTerminal } from "./runner.ts";
import { type LabHost, type LabState, labDirectories, plannedState, readState, saveState } from "./state.ts";

export { LAB_FAULTS, type LabFault, type LabFaultKind } from "./faults/faults.ts";
export { DISK_SIGNATURES, type LabProfile, loadLabProfile, parseLabProfile, withOverrides } from "./profile.ts";
export { type CommandRunner, execaRunner } from "./runner.ts";
export { LAB_CACHE, LAB_ROOT, type LabDisk, type LabHost, type LabHostStatus, type LabState } from "./state.ts";

/** One step forward, of the lab as a whole or of one host. */
export interface LabProgress {
  readonly host?: string;
  /** `boot`: it was off and is starting. `kept`: it ran already. `done`: the host, or without a host the lab, is up. */
  readonly step: "check" | "image" | "network" | "disks" | "boot" | "kept" | "done" | "failed" | "remove";
  readonly message: string;
}

export interface LabOptions {
  readonly onProgress?: (progress: LabProgress) => void;
  readonly signal?: AbortSignal;
  /** Programs are run through this; execa unless given. */
  readonly runner?: CommandRunner;
}

/**
 * Makes the lab of `profile` so: every host booted and answering on SSH. What is there already is kept, a host that is
 * off is powered on; a lab that is up stays as it is. Rejects with `LAB_PREFLIGHT_FAILED` (nothing changed), `LAB_DIFFERENT_PROFILE`, `LAB_LOCKED`, or
 * `LAB_HOSTS_FAILED` (the others are up). Interrupted, it leaves a half-made lab that a second call completes and
 * {@link labDown} removes.
 */
export async function labUp(profile: LabProfile, options: LabOptions = {}): Promise<LabState> {
  const runner = options.runner ?? execaRunner(options.signal);
  const planned = plannedState(profile);
  return whileLocked(planned.name, async () => {
    const before = await readState(planned.name);
    if (before !== undefined) refuseDifferent(before, planned);
    report(options, { step: "check", message: "checking this machine" });
    await preflight(planned, runner);
    const machine = await readMachineSettings(runner);
    // Written before anything is made, so that a crash from here on leaves a lab that has a name.
    await saveState(before ?? planned);
    const images = await ensureImages(planned, machine, runner, options);
    report(options, { step: "network", message: `network ${planned.subnet} on ${planned.bridge}` });
    await ensureSharedMount(planned.directory, runner);
    await ensureNetwork(planned, runner);
    await ensureCredentials(planned, runner);
    await ensurePackageCache(planned, machine, runner);
    const withDisks = await ensureAllDisks(planned, runner, options);
    await saveState(withDisks);
    await Promise.all(
      withDisks.hosts.map(async (host) => {
        const image = images.get(host.os);
        if (image === undefined) return;
        await ensureRoot(withDisks, host, image, machine, runner);
        const started = await startHost(withDisks, host, runner);
        if (started) report(options, { host: host.name, step: "boot", message: "booting" });
        else report(options, { host: host.name, step: "kept", message: "runs already" });
      }),
    );
    await writeKnownHosts(withDisks);
    return finish(withDisks, runner, options);
  });
}

/** Removes everything lab `name` has on this machine and nothing else. True when there was something to remove. */
export async function labDown(name: string, options: LabOptions = {}): Promise<boolean> {
  const runner = options.runner ?? execaRunner(options.signal);
  return whileLocked(name, async () => {
    const was = await hasRemains(name);
    if (was) report(options, { step: "remove", message: `removing lab ${name}` });
    await removeLab(name, runner);
    return was;
  });
}

/** The labs of this machine with the state their hosts are in now; half-made ones have no state. */
export async function labList(options: LabOptions = {}): Promise<{ name: string; state?: LabState }[]> {
  const runner = options.runner ?? execaRunner(options.signal);
  const names = await labDirectories();
  return Promise.all(
    names.map(async (name) => {
      const state = await readState(name);
      return state === undefined ? { name } : { name, state: await asOfNow(state, runner) };
    }),
  );
}

/** The lab called `name` with the state its hosts are in now. Rejects with `LAB_UNKNOWN`. */
export async function labState(name: string, options: LabOptions = {}): Promise<LabState> {
  const state = await readState(name);
  if (state === undefined) throw labErrors.unknownLab(name);
  return asOfNow(state, options.runner ?? execaRunner(options.signal));
}

/** The command line that opens a shell on a host. Rejects with `LAB_UNKNOWN` or `LAB_HOST_UNKNOWN`. */
export async function labShellCommand(name: string, hostName: string, user?: string): Promise<string[]> {
  const state = await readState(name);
  if (state === undefined) throw labErrors.unknownLab(name);
  return sshCommand(state, hostOf(state, hostName), user);
}

/** Opens a shell on a host in this terminal; the exit code of ssh. Rejects as {@link labShellCommand} does. */
export async function labShell(name: string, hostName: string, user?: string): Promise<number> {
  const [program = "ssh", ...args] = await labShellCommand(name, hostName, user);
  return runInTerminal(program, args);
}

/**
 * Does `fault` to one host. Each is idempotent and has its opposite. Rejects with `LAB_UNKNOWN`, `LAB_HOST_UNKNOWN`, or
 * `LAB_HOST_OFF` when it can only be done to a running host.
 */
export async function labFault(
  name: string,
  hostName: string,
  fault: LabFault,
  options: LabOptions = {},
): Promise<LabState> {
  const runner = options.runner ?? execaRunner(options.signal);
  const state = await readState(name);
  if (state === undefined) throw labErrors.unknownLab(name);
  const host = hostOf(state, hostName);
  // Of this host alone: several hosts may be broken at once.
  return whileLocked(`${name}@${hostName}`, async () => {
    await inflict(fault, { lab: state, host, runner, ...(options.signal ? { signal: options.signal } : {}) });
    const now = await asOfNow(state, runner);
    if ((await readState(name)) !== undefined) await saveState(now);
    return now;
  });
}

async function ensureImages(
  lab: LabState,
  machine: MachineSettings,
  runner: CommandRunner,
  options: LabOptions,
): Promise<Map<LabOs, string>> {
  const images = new Map<LabOs, string>();
  await Promise.all(
    [...new Set(lab.hosts.map((host) => host.os))].map(async (os) => {
      const building = () => report(options, { step: "image", message: `building the ${os} image, once` });
      images.set(os, await ensureImage(os, machine, runner, building));
    }),
  );
  return images;
}

async function ensureAllDisks(lab: LabState, runner: CommandRunner, options: LabOptions): Promise<LabState> {
  const hosts: LabHost[] = [];
  for (const host of lab.hosts) {
    await mkdir(join(host.directory, "disks"), { recursive: true, mode: 0o700 });
    hosts.push({ ...host, disks: await ensureDisks(host, runner) });
    report(options, { host: host.name, step: "disks", message: `${host.disks.length} disks` });
  }
  return { ...lab, hosts };
}

async function finish(lab: LabState, runner: CommandRunner, options: LabOptions): Promise<LabState> {
  const outcomes = await Promise.all(
    lab.hosts.map(async (host) => {
      const readiness = await untilReady(host, runner, options.signal);
      reportReadiness(host, readiness, options);
      return { host, readiness };
    }),
  );
  const state = { ...lab, hosts: outcomes.map(({ host, readiness }) => withReadiness(host, readiness)) };
  await saveState(state);
  const failed = outcomes.filter(({ readiness }) => readiness === undefined).map(({ host }) => host);
  if (failed.length > 0) throw await hostsFailed(lab, failed);
  report(options, { step: "done", message: `${lab.hosts.length} hosts are up` });
  return state;
}

async function hostsFailed(lab: LabState, failed: readonly LabHost[]) {
  const details = await Promise.all(
    failed.map(async (host) => ({
      host: host.name,
      reason: (await isKept(host)) ? "did not finish booting in time" : "stopped while booting",
      console: await lastConsoleLines(host),
    })),
  );
  return labErrors.hostsFailed(lab.name, details);
}

function reportReadiness(host: LabHost, readiness: Readiness | undefined, options: LabOptions): void {
  if (readiness === undefined) report(options, { host: host.name, step: "failed", message: "did not come up" });
  else if (readiness.status === "degraded") {
    const units = readiness.failedUnits.join(", ");
    report(options, { host: host.name, step: "done", message: `up at ${host.address}, degraded: ${units}` });
  } else report(options, { host: host.name, step: "done", message: `up at ${host.address}` });
}

function withReadiness(host: LabHost, readiness: Readiness | undefined): LabHost {
  const { pid: _pid, ...rest } = host;
  if (readiness === undefined) return { ...rest, status: "off" };
  return { ...rest, status: readiness.status, pid: readiness.pid };
}

async function asOfNow(state: LabState, runner: CommandRunner): Promise<LabState> {
  const hosts = state.hosts.map(async (host) => withReadiness(host, await readinessOf(host, runner)));
  return { ...state, hosts: await Promise.all(hosts) };
}

function hostOf(state: LabState, name: string): LabHost {
  const host = state.hosts.find((candidate) => candidate.name === name);
  if (host !== undefined) return host;
  throw labErrors.unknownHost(
    state.name,
    name,
    state.hosts.map((candidate) => candidate.name),
  );
}

function refuseDifferent(before: LabState, planned: LabState): void {
  const wanted = (state: LabState) => ({
    subnet: state.subnet,
    hosts: state.hosts.map(({ status: _status, pid: _pid, ...host }) => ({
      ...host,
      disks: host.disks.map(({ device: _device, ...disk }) => disk),
    })),
  });
  if (before.subnet !== planned.subnet) {
    throw labErrors.changedProfile(planned.name, `it has subnet ${before.subnet}, not ${planned.subnet}`);
  }
  const [was, is] = [wanted(before), wanted(planned)];
  const names = (hosts: readonly { name: string }[]) => hosts.map((host) => host.name).join(", ");
  if (names(was.hosts) !== names(is.hosts)) {
    throw labErrors.changedProfile(planned.name, `it has hosts ${names(was.hosts)}, not ${names(is.hosts)}`);
  }
  const differs = was.hosts.find((host, index) => JSON.stringify(host) !== JSON.stringify(is.hosts[index]));
  if (differs !== undefined) throw labErrors.changedProfile(planned.name, `${differs.name} is described otherwise`);
}

function report(options: LabOptions, progress: LabProgress): void {
  options.onProgress?.(progress);
}
