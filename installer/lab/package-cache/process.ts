import { join } from "node:path";
import type { MachineSettings } from "../machine.ts";
import { belongsToLab, isPackageCache, machineProcesses } from "../processes.ts";
import type { CommandRunner } from "../runner.ts";
import { LAB_CACHE, type LabState } from "../state.ts";
import { PACKAGE_CACHE_PORT } from "./package-cache.ts";

/** Starts the lab's package cache unless it runs. It ends with the lab; without it hosts fetch from the archive. */
export async function ensurePackageCache(
  lab: LabState,
  machine: MachineSettings,
  runner: CommandRunner,
): Promise<void> {
  const running = (await machineProcesses()).some(
    (process) => isPackageCache(process) && belongsToLab(process, lab.directory),
  );
  if (running) return;
  const program = join(import.meta.dirname, "main.ts");
  const upstreams = new Set(
    lab.hosts.flatMap((host) => machine.sources(host.os).map((source) => new URL(source.uri).hostname)),
  );
  await runner.detach(
    process.execPath,
    [
      program,
      ...[lab.directory, lab.gateway, String(PACKAGE_CACHE_PORT), lab.subnet],
      ...[join(LAB_CACHE, "packages"), ...upstreams],
    ],
    join(lab.directory, "package-cache.log"),
    // Not an argument: the address may hold a password, and everyone can read arguments.
    machine.httpProxy === undefined ? {} : { http_proxy: machine.httpProxy },
  );
}
