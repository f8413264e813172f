/**
 * Probes more and more light sshd hosts, the same number at a time, and prints the memory that takes: what more hosts cost is
 * what is not let go of. Needs root, for network namespaces. `node test/bench/probe/memory.ts [--hosts 200]`
 */
import { parseArgs } from "node:util";
import { makeHosts, removeHosts } from "./hosts.ts";
import { type OurCost, runOurs } from "./run-ours.ts";

/** Servers at a time, as the command does it unless told otherwise, and few. */
const AT_ONCE: readonly number[] = [10, 50];
const STEPS: readonly number[] = [10, 20, 50, 100, 200];

const { values } = parseArgs({ options: { hosts: { type: "string", default: "200" } } });
if (process.getuid?.() !== 0) {
  console.error("This bench makes network namespaces: run it as root.");
  process.exit(3);
}
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void removeHosts().finally(() => process.exit(130)));
try {
  const most = Number(values.hosts);
  console.log(`making ${most} hosts`);
  const hosts = await makeHosts(most);
  for (const atOnce of AT_ONCE)
    for (const count of STEPS.filter((step) => step <= most && step >= atOnce))
      console.log(words(count, atOnce, await runOurs(hosts, count, atOnce)));
} finally {
  await removeHosts();
}

function words(count: number, atOnce: number, cost: OurCost): string {
  const { rssBeforeMebibytes, rssMostMebibytes, heapAfterMebibytes, wallSeconds, cpuMilliseconds } = cost;
  return (
    `${String(count).padStart(4)} hosts, ${String(atOnce).padStart(3)} at a time: RSS ${rssMostMebibytes.toFixed(0)} MiB at most ` +
    `(${rssBeforeMebibytes.toFixed(0)} before any), heap held at the end ${heapAfterMebibytes.toFixed(1)} MiB, ` +
    `${(count / wallSeconds).toFixed(1)} hosts/s, ${(cpuMilliseconds / count).toFixed(1)} ms CPU a host`
  );
}
