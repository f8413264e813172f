import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import type { NodeHost } from "../../collectors/node-host.ts";
import type { SmartDisk, SmartReport } from "../../collectors/smart/report.ts";
import { parseSmartctl, unreadable } from "./smartctl.ts";

/** One disk: a damaged one may take long to answer. */
const DEADLINE_MILLISECONDS = 30_000;
const AT_ONCE = 4;
/** Kernel names of what is no disk of its own: in memory, on other disks, optical, network. */
const NO_DISK = /^(?:loop|ram|zram|dm-|md|sr|fd|nbd|rbd|drbd|bcache|zd)/;

/**
 * Asks every disk of the node for its SMART state; a disk that sleeps is left asleep. Needs root. A disk that cannot be
 * asked is in the report with its reason.
 */
export async function readSmart(host: NodeHost): Promise<SmartReport> {
  const [disks, tool, uptime, boot] = await Promise.all([
    ownDisks(host),
    toolVersion(host),
    host.read("/proc/uptime"),
    host.read("/proc/sys/kernel/random/boot_id"),
  ]);
  return {
    version: 1,
    bootId: (boot ?? "unknown").trim(),
    uptimeSeconds: Number.parseFloat(uptime ?? "0") || 0,
    tool,
    disks:
      tool === null ? disks.map((name) => unreadable(name, "smartctl is not installed")) : await readAll(host, disks),
  };
}

/** Disks of the machine whose device node exists here: a container sees the machine's disks in /sys, but has no nodes. */
async function ownDisks(host: NodeHost): Promise<string[]> {
  const [known, nodes] = await Promise.all([host.list("/sys/block"), host.list("/dev")]);
  const present = new Set(nodes);
  return known.filter((name) => present.has(name) && !NO_DISK.test(name)).slice(0, 1000);
}

async function toolVersion(host: NodeHost): Promise<string | null> {
  try {
    const { stdout } = await host.run(["smartctl", "--version"], DEADLINE_MILLISECONDS);
    return /^smartctl (\S{1,64})/.exec(stdout)?.[1] ?? null;
  } catch (error) {
    if (error instanceof ApplianceError && error.code === "AGENT_COMMAND_MISSING") return null;
    throw error;
  }
}

async function readAll(host: NodeHost, disks: readonly string[]): Promise<SmartDisk[]> {
  const found: SmartDisk[] = [];
  for (let start = 0; start < disks.length; start += AT_ONCE) {
    found.push(...(await Promise.all(disks.slice(start, start + AT_ONCE).map((name) => readOne(host, name)))));
  }
  return found;
}

async function readOne(host: NodeHost, name: string): Promise<SmartDisk> {
  const words = [
    "smartctl",
    "--json",
    "--info",
    "--health",
    "--attributes",
    "--log=error",
    "--nocheck=standby",
    `/dev/${name}`,
  ];
  try {
    // The exit status is a set of bits about the disk's state, not about the program (smartctl(8), EXIT STATUS).
    const { stdout } = await host.run(words, DEADLINE_MILLISECONDS);
    return parseSmartctl(name, stdout);
  } catch (error) {
    return unreadable(name, messageOf(error));
  }
}
