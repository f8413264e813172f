import { access, open, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { ensureControlGroups, killControlGroup } from "./control-groups.ts";
import { byIdParent } from "./disks.ts";
import { rootOf } from "./host-root.ts";
import { execInHost } from "./inside.ts";
import { belongsToLab, holdsWithin, initPid, machineProcesses, nspawnPid, signalProcess } from "./processes.ts";
import type { CommandRunner } from "./runner.ts";
import type { LabHost, LabHostStatus, LabState } from "./state.ts";

const KEEPER = join(import.meta.dirname, "keep-host.sh");
const READY_WITHIN_MS = 120_000;

/** Starts the host, false when it runs already. Resolves when its keeper has been started, not when it answers. */
export async function startHost(lab: LabState, host: LabHost, runner: CommandRunner): Promise<boolean> {
  if (await isKept(host)) return false;
  const groups = await ensureControlGroups(lab, host);
  const fuse = await access("/dev/fuse").then(
    () => ["--bind=/dev/fuse"],
    () => [],
  );
  await rm(join(host.directory, "pid"), { force: true });
  const arguments_ = [
    ...["--register=no", "--keep-unit", "--resolv-conf=off", "--boot"],
    ...[`--directory=${rootOf(host)}`, `--machine=${host.machine}`, `--hostname=${host.name}`],
    ...["--network-veth", `--network-bridge=${lab.bridge}`],
    ...fuse,
    ...(groups.guardDevices ? [] : ["--drop-capability=CAP_MKNOD"]),
    `--bind-ro=${byIdParent(host.directory)}:/dev/disk`,
    ...host.disks.flatMap((disk) => (disk.device === undefined ? [] : [`--bind=${disk.device}`])),
    ...groups.bind.map(({ from, to }) => `--bind=${from}:${to}`),
  ];
  const log = join(host.directory, "keeper.log");
  await runner.detach("/bin/bash", [KEEPER, host.directory, ...groups.join, "--", ...arguments_], log);
  return true;
}

/** Cuts the host's power: everything in it and what keeps it running is killed at once. */
export async function killHost(lab: LabState, host: LabHost, signal?: AbortSignal): Promise<void> {
  const processes = await hostProcesses(host);
  for (const { pid } of processes.filter(({ args }) => args[1]?.endsWith("keep-host.sh") === true)) {
    signalProcess(pid, "SIGKILL");
  }
  await killControlGroup(lab, host.name);
  for (const { pid } of await hostProcesses(host)) signalProcess(pid, "SIGKILL");
  await holdsWithin(10_000, async () => (await hostProcesses(host)).length === 0, signal, 50);
  await rm(join(host.directory, "pid"), { force: true });
}

/** Whether something on the machine keeps this host running, or starting. */
export async function isKept(host: LabHost): Promise<boolean> {
  return (await hostProcesses(host)).length > 0;
}

export interface Readiness {
  readonly status: Exclude<LabHostStatus, "off">;
  readonly pid: number;
  /** Units that failed, when the host is degraded. */
  readonly failedUnits: readonly string[];
}

/** Waits until the host has booted and its sshd answers; undefined when it ended or time ran out. */
export async function untilReady(
  host: LabHost,
  runner: CommandRunner,
  signal?: AbortSignal,
): Promise<Readiness | undefined> {
  let readiness: Readiness | undefined;
  let wasKept = false;
  let isOver = false;
  const settled = await holdsWithin(
    READY_WITHIN_MS,
    async () => {
      const kept = await isKept(host);
      // The keeper takes a moment to appear; once seen, its end is the end.
      isOver = wasKept && !kept;
      wasKept ||= kept;
      if (isOver) return true;
      readiness = await readinessOf(host, runner);
      return readiness !== undefined && readiness.status !== "starting" && (await answersSsh(host.address));
    },
    signal,
    250,
  );
  return settled && !isOver ? readiness : undefined;
}

/** How far the host is right now; undefined when it is off. */
export async function readinessOf(host: LabHost, runner: CommandRunner): Promise<Readiness | undefined> {
  const pid = await nspawnPid(host.directory);
  if (pid === undefined) return undefined;
  const starting = { status: "starting", pid, failedUnits: [] } as const;
  const init = await initPid(pid);
  if (init === undefined) return starting;
  const state = await execInHost(init, ["systemctl", "is-system-running"], runner, { tolerant: true });
  const word = state.stdout.trim();
  if (word === "running") return { ...starting, status: "running" };
  if (word !== "degraded") return starting;
  const list = ["systemctl", "list-units", "--failed", "--plain", "--no-legend", "--full"];
  const failed = await execInHost(init, list, runner, { tolerant: true });
  const failedUnits = failed.stdout.split("\n").flatMap((line) => line.trim().split(/\s+/)[0] || []);
  return { status: "degraded", pid, failedUnits };
}

/** `host` as it is with `readiness`; off when there is none. */
export function withReadiness(host: LabHost, readiness: Readiness | undefined): LabHost {
  const { pid: _pid, ...rest } = host;
  if (readiness === undefined) return { ...rest, status: "off" };
  return { ...rest, status: readiness.status, pid: readiness.pid };
}

/** Whether an SSH server greets at `address`. */
export async function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22 });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once("data", (data) => end(data.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}

/** The last lines of the host's console, without terminal control characters. */
export async function lastConsoleLines(host: LabHost, count = 8): Promise<string[]> {
  const path = join(host.directory, "console.log");
  const text = (await readTail(path, 8_192)) ?? (await readFileIfThere(join(host.directory, "keeper.log"))) ?? "";
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) => line.trimEnd());
  return lines.filter((line) => line !== "").slice(-count);
}

async function readTail(path: string, bytes: number): Promise<string | undefined> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, bytes));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString("utf8");
  } catch {
    return undefined;
  }
}

async function hostProcesses(host: LabHost) {
  return (await machineProcesses()).filter((process) => belongsToLab(process, host.directory));
}
