import { sshCommand } from "./access.ts";
import { readinessOf, withReadiness } from "./boot.ts";
import { labErrors } from "./errors.ts";
import { inflict, type LabFault } from "./faults/faults.ts";
import { whileLocked } from "./lock.ts";
import { type LabOptions, report } from "./progress.ts";
import { hasRemains, removeLab } from "./removal.ts";
import { type CommandRunner, execaRunner, runInTerminal } from "./runner.ts";
import { type LabHost, type LabState, labDirectories, labNames, readState, saveState } from "./state.ts";

export { LAB_FAULTS, type LabFault, type LabFaultKind } from "./faults/faults.ts";
export { DISK_SIGNATURES, type LabProfile, loadLabProfile, parseLabProfile, withOverrides } from "./profile.ts";
export type { LabOptions, LabProgress } from "./progress.ts";
export { type CommandRunner, execaRunner } from "./runner.ts";
export { LAB_CACHE, LAB_ROOT, type LabDisk, type LabHost, type LabHostStatus, type LabState } from "./state.ts";
export { labUp } from "./up.ts";

/**
 * Removes everything lab `name` has on this machine and nothing else. True when there was something to remove.
 * Rejects with `LAB_NAME_INVALID`, `LAB_LOCKED` or `LAB_STILL_IN_USE`.
 */
export async function labDown(name: string, options: LabOptions = {}): Promise<boolean> {
  const runner = options.runner ?? execaRunner(options.signal);
  // Refuses a name that is a path before anything is made of it.
  labNames(name);
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
