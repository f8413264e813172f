/**
 * Probes 50 light sshd hosts and prints hosts per second and CPU per host beside the OpenSSH client, which runs the same
 * script on the same hosts with the same parallelism. Needs root, for network namespaces. `node test/bench/probe/main.ts`
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { probeScript } from "#installer/phases/probe-servers/probe-script.ts";
import { facts } from "#playbooks/facts/registry.ts";
import { type BenchHosts, makeHosts, removeHosts } from "./hosts.ts";
import { type Cost, type OurCost, runOurs } from "./run-ours.ts";

const HOSTS = 50;
const ROUNDS = 3;
/** Above this the probe is slower beside the plain client than it may be. */
const MOST_RATIO = 1.5;

if (process.getuid?.() !== 0) {
  console.error("This bench makes network namespaces: run it as root.");
  process.exit(3);
}
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void removeHosts().finally(() => process.exit(130)));
try {
  process.exitCode = await main();
} finally {
  await removeHosts();
}

async function main(): Promise<number> {
  console.log(`making ${HOSTS} hosts`);
  const hosts = await makeHosts(HOSTS);
  await writeFile(join(hosts.folder, "script"), probeScript(facts).text);
  const rounds: { ours: OurCost; theirs: Cost }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const theirs = await runOpenSsh(hosts);
    const ours = await runOurs(hosts, HOSTS, HOSTS);
    rounds.push({ ours, theirs });
    console.log(`round ${round}: bdap ${words(ours)}; ssh ${words(theirs)}`);
  }
  const ours = median(rounds.map((round) => round.ours));
  const theirs = median(rounds.map((round) => round.theirs));
  const ratio = ours.wallSeconds / theirs.wallSeconds;
  console.log(`bdap   ${words(ours)}`);
  console.log(`ssh    ${words(theirs)}`);
  console.log(`wall time ratio ${ratio.toFixed(2)} (at most ${MOST_RATIO})`);
  console.log(`memory: RSS ${ours.rssMostMebibytes.toFixed(0)} MiB at most; how it grows with hosts, memory.ts tells`);
  return ratio <= MOST_RATIO ? 0 : 1;
}

/** One ssh process for each host, all at once; bash's `times` tells the CPU time of its children. */
async function runOpenSsh(hosts: BenchHosts): Promise<Cost> {
  const options = [
    ["-F", "none"],
    ["-i", hosts.privateKeyFile],
    ["-o", "BatchMode=yes"],
    ["-o", "StrictHostKeyChecking=accept-new"],
    ["-o", `UserKnownHostsFile=${join(hosts.folder, "known_hosts")}`],
    ["-o", "LogLevel=ERROR"],
  ].flat();
  const program = [
    'folder=$1; shift; options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift',
    'for address in "$@"; do ssh "${options[@]}" "root@$address" /bin/sh -s <"$folder/script" >"$folder/$address.out" 2>&1 || echo "failed $address" >&2 & done',
    "wait; times",
  ].join("\n");
  const started = performance.now();
  const { stdout, stderr } = await execa("bash", [
    "-c",
    program,
    "ssh",
    hosts.folder,
    ...options,
    "--",
    ...hosts.addresses,
  ]);
  const wallSeconds = (performance.now() - started) / 1000;
  if (stderr !== "") throw new Error(stderr);
  const children = stdout.trim().split("\n").at(-1) ?? "";
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, rest]) => Number(minutes) * 60 + Number(rest),
  );
  return { wallSeconds, cpuMilliseconds: seconds.reduce((sum, one) => sum + one, 0) * 1000 };
}

function words({ wallSeconds, cpuMilliseconds }: Cost): string {
  return `${(HOSTS / wallSeconds).toFixed(1)} hosts/s, ${(cpuMilliseconds / HOSTS).toFixed(1)} ms CPU a host, ${wallSeconds.toFixed(2)} s`;
}

function median<T extends Cost>(costs: readonly T[]): T {
  const middle = costs.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[Math.floor(costs.length / 2)];
  if (middle === undefined) throw new Error("no rounds were run");
  return middle;
}
