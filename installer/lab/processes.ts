import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCodeOf } from "#inventory/kernel/errors.ts";
import { readFileIfThere } from "#inventory/kernel/files.ts";

export interface MachineProcess {
  readonly pid: number;
  readonly args: readonly string[];
}

/** Every process of this machine with its arguments; kernel threads and those that just ended are left out. */
export async function machineProcesses(): Promise<MachineProcess[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const all = await Promise.all(pids.map(async (pid) => ({ pid, args: await argumentsOf(pid) })));
  return all.filter((process) => process.args.length > 0);
}

/** Whether `process` is one that the lab in `directory` started: a host's keeper, its systemd-nspawn, the package cache. */
export function belongsToLab(process: MachineProcess, directory: string): boolean {
  const [program = "", script = "", first = ""] = process.args;
  const inside = (path: string) => path === directory || path.startsWith(`${directory}/`);
  if (basename(program) === "systemd-nspawn") {
    return process.args.some((arg) => arg.startsWith("--directory=") && inside(arg.slice("--directory=".length)));
  }
  if (basename(program) === "bash" && script.endsWith("/keep-host.sh")) return inside(first);
  return isPackageCache(process) && inside(first);
}

/** Whether `process` is the lab's package cache: `node …/package-cache/main.ts LAB_DIRECTORY …`. */
export function isPackageCache(process: MachineProcess): boolean {
  const [program = "", script = ""] = process.args;
  return basename(program).startsWith("node") && /\/package-cache\/main\.(ts|js)$/.test(script);
}

/** The process of systemd-nspawn that runs the host in `directory`, or undefined when the host is off. */
export async function nspawnPid(directory: string): Promise<number | undefined> {
  const pid = Number(await readFileIfThere(`${directory}/pid`));
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const args = await argumentsOf(pid);
  return belongsToLab({ pid, args }, directory) ? pid : undefined;
}

/** The process that is PID 1 inside the host whose systemd-nspawn is `pid`; undefined while it is not there yet. */
export async function initPid(pid: number): Promise<number | undefined> {
  const children = await readFileIfThere(`/proc/${pid}/task/${pid}/children`).catch(() => undefined);
  for (const child of (children ?? "").trim().split(/\s+/).map(Number)) {
    const status = child > 1 ? await readFileIfThere(`/proc/${child}/status`).catch(() => undefined) : undefined;
    if (status !== undefined && /^NSpid:\s+\d+\s+1$/m.test(status)) return child;
  }
  return undefined;
}

/** Sends `signal`; a process that is gone already is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCodeOf(error) !== "ESRCH") throw error;
  }
}

/** Polls `condition` until it holds (true) or `limitMs` have passed (false). Rejects when `signal` aborts. */
export async function holdsWithin(
  limitMs: number,
  condition: () => Promise<boolean>,
  signal?: AbortSignal,
  everyMs = 100,
): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (await condition()) return true;
    await sleep(everyMs, undefined, signal === undefined ? {} : { signal });
  }
  return condition();
}

async function argumentsOf(pid: number): Promise<string[]> {
  try {
    const text = await readFile(`/proc/${pid}/cmdline`, "utf8");
    return text === "" ? [] : text.replace(/\0$/, "").split("\0");
  } catch {
    return [];
  }
}
