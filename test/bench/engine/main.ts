/**
 * Our engine beside what a user would pick instead, on the same hosts in one run: ansible-playbook (pipelining, ControlPersist, a
 * fork per host), the same under mitogen, pyinfra, and the floor: one OpenSSH session per host running one script that reads the
 * same state. Every time is that of a whole process, from its start to its exit. Prints medians and ratios; judges nothing.
 * Needs root and PyPI.
 *
 * `node test/bench/engine/main.ts [--hosts light|lab] [--count 50] [--rounds 3] [--only ours,floor] [--subnet 10.85.0.0/24]`
 * `node test/bench/engine/main.ts --scale` peak memory and processor time at 200 hosts x 100 tasks, and 100 tasks over 50 ms.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { labDown } from "#installer/lab/lab.ts";
import { removeHosts } from "../probe/hosts.ts";
import { type Cost, cost } from "./cost.ts";
import { scale } from "./scale.ts";
import { LAB_NAME, labHosts, lightHosts, type Servers } from "./servers.ts";
import { tools } from "./tools.ts";
import { type Way, type WayName, waysOf } from "./ways.ts";
import { STATE, writeWork } from "./work.ts";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "lab" },
    count: { type: "string" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    subnet: { type: "string", default: "10.85.0.0/24" },
    scale: { type: "boolean", default: false },
  },
});

if (process.getuid?.() !== 0) {
  console.error("This bench makes hosts of its own: run it as root.");
  process.exit(3);
}
const clean = async () => {
  await labDown(LAB_NAME);
  await removeHosts();
  await rm(STATE, { recursive: true, force: true });
};
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void clean().finally(() => process.exit(130)));
const folder = await mkdtemp(join(tmpdir(), "bench-engine-"));
try {
  await clean();
  await (values.scale ? scale(folder) : compare(folder));
} finally {
  await clean();
  await rm(folder, { recursive: true, force: true });
}

async function compare(work: string): Promise<void> {
  const isLab = values.hosts === "lab";
  const count = Number(values.count ?? (isLab ? 5 : 50));
  const servers: Servers = isLab ? await labHosts(count, values.subnet) : await lightHosts(count);
  await writeWork(work, servers.hosts, servers.key);
  const only = values.only?.split(",");
  const ways = waysOf(await tools(), work, servers).filter(({ name }) => only === undefined || only.includes(name));
  console.log(`20 mixed tasks x ${count} ${isLab ? "systemd" : "light sshd"} hosts, all on this machine`);
  const first = new Map<WayName, Cost>();
  for (const way of ways) first.set(way.name, await told(way, "first run"));
  const rounds = new Map<WayName, Cost[]>(ways.map(({ name }) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const way of ways) rounds.get(way.name)?.push(await told(way, `round ${round}`));
  }
  report(count, first, rounds);
}

async function told(way: Way, when: string): Promise<Cost> {
  const measured = await cost(way.command, way.environment);
  const { wallSeconds, cpuSeconds, peakMebibytes } = measured;
  console.log(
    `${when.padEnd(10)} ${way.name.padEnd(9)} ${wallSeconds.toFixed(2)} s, CPU ${cpuSeconds.toFixed(2)} s, ` +
      `${peakMebibytes.toFixed(0)} MiB, load ${(loadavg()[0] ?? 0).toFixed(1)}`,
  );
  return measured;
}

function report(count: number, first: Map<WayName, Cost>, rounds: Map<WayName, Cost[]>): void {
  const ours = { first: first.get("ours")?.wallSeconds, again: middle(rounds.get("ours"))?.wallSeconds };
  console.log(`\nmedians of ${values.rounds}, one run; a ratio over 1 says that ours is faster`);
  for (const [name, costs] of rounds) {
    const again = middle(costs);
    const once = first.get(name);
    if (again === undefined || once === undefined) continue;
    const ratio = (theirs: number, own: number | undefined) =>
      own === undefined ? "" : `${(theirs / own).toFixed(2)}x`;
    const each = ((again.cpuSeconds * 1000) / (20 * count)).toFixed(2);
    console.log(
      `${name.padEnd(9)} nothing to do ${again.wallSeconds.toFixed(2)} s ${ratio(again.wallSeconds, ours.again)}, ` +
        `first run ${once.wallSeconds.toFixed(2)} s ${ratio(once.wallSeconds, ours.first)}, CPU per task and host ${each} ms`,
    );
  }
}

function middle(costs: readonly Cost[] | undefined): Cost | undefined {
  return costs?.toSorted((a, b) => a.wallSeconds - b.wallSeconds)[Math.floor(costs.length / 2)];
}
