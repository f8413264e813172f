import type { Plan, PlannedDisk } from "#inventory/schema/plan.ts";
import type { Role } from "#inventory/schema/site.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { quantities } from "../classify-servers/quantities.ts";

type Capacity = Plan["capacity"];

const GIGABYTE = 1024 ** 3;

/** What the site will have: bytes on its disks, and cores, memory and GPUs on its processing nodes. */
export function siteCapacity(
  servers: readonly (NamedServer & { readonly roles: readonly Role[] })[],
  disks: readonly PlannedDisk[],
  replicas: number,
): Capacity {
  const processing = servers.filter(({ roles }) => roles.includes("cpu") || roles.includes("gpu"));
  const total = (name: string, among: typeof servers) =>
    sum(among.map((server) => Number(quantities[name]?.read(server.facts) ?? 0)));
  const cores = total("cores", processing);
  const memoryBytes = total("memory", processing);
  return {
    rawBytes: sum(disks.map((disk) => disk.sizeBytes)),
    netBytes: netBytes(disks, replicas),
    replicas,
    cores,
    threads: sum(processing.map((server) => server.facts.facts.processor.value?.threads ?? 0)),
    memoryBytes,
    memoryGigabytesPerCore: cores === 0 ? null : Number((memoryBytes / GIGABYTE / cores).toFixed(1)),
    gpus: total(
      "gpus",
      servers.filter(({ roles }) => roles.includes("gpu")),
    ),
  };
}

/**
 * Bytes that can be stored when every byte is kept `replicas` times, each time on another node: the largest N for which the
 * nodes, each holding at most N, hold N times the copies. Equals raw divided by the copies unless one node is very large.
 */
export function netBytes(disks: readonly PlannedDisk[], replicas: number): number {
  const byHost = new Map<string, number>();
  for (const disk of disks) byHost.set(disk.host, (byHost.get(disk.host) ?? 0) + disk.sizeBytes);
  const sizes = [...byHost.values()].sort((a, b) => b - a);
  // With the k largest nodes full of their one copy, the others hold what is left of the copies.
  const candidates = Array.from({ length: replicas }, (_, k) => Math.floor(sum(sizes.slice(k)) / (replicas - k)));
  return sizes.length < replicas ? 0 : Math.min(...candidates);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
