/**
 * Applies a site to lab hosts once, then measures applies that have nothing to do: natively, under ansible-playbook, and the
 * floor, one OpenSSH session per host that only reads the same state. Needs root, the built command, and for the first run
 * PyPI. `node test/bench/apply/main.ts [--hosts N] [--subnet 10.84.0.0/24]`
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { type LabState, labDown, labShellCommand, labUp, loadLabProfile } from "#installer/lab/lab.ts";
import { shellJoin } from "#inventory/kernel/shell.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import { oracle } from "../../tooling/oracle.ts";
import { floorCommand } from "./floor.ts";
import { type Cost, measured, median } from "./measured.ts";

const NAME = "bench-apply";
const ROUNDS = 3;
const ROOT = join(import.meta.dirname, "..", "..", "..");
const BDAP = [join(ROOT, "node_modules/.bin/node"), join(ROOT, ".build/installer/main.js")];

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "6" }, subnet: { type: "string", default: "10.84.0.0/24" } },
});

if (process.getuid?.() !== 0) {
  console.error("This bench boots lab hosts: run it as root.");
  process.exit(3);
}
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => void labDown(NAME).finally(() => process.exit(130)));
const folder = await mkdtemp(join(tmpdir(), "bench-apply-"));
try {
  await main(folder);
} finally {
  await labDown(NAME);
  await rm(folder, { recursive: true, force: true });
}

async function main(site: string): Promise<void> {
  const profile = await loadLabProfile("demo");
  await labDown(NAME);
  const lab = await labUp({
    ...profile,
    name: NAME,
    subnet: values.subnet,
    hosts: profile.hosts.slice(0, Number(values.hosts)),
  });
  await forgetBootTrouble(lab);
  await writeFile(
    join(site, "site.yml"),
    dumpYaml({
      site: NAME,
      servers: lab.hosts.map((host) => host.address),
      access: { user: "root", keyFile: lab.keyFile },
    }),
  );
  console.log(`${lab.hosts.length} hosts; applying once`);
  for (const command of ["probe", "plan"]) await execa(BDAP[0] ?? "", [BDAP[1] ?? "", command, "--site", site]);
  const first = await measured(apply("native", site));
  console.log(`first apply, native   ${words(first)}`);
  const path = dirname((await oracle()).ansiblePlaybook);
  const floor = await floorCommand(lab, join(site, "rendered"));
  const ways = {
    native: () => measured(apply("native", site)),
    ansible: () => measured(`PATH=${shellJoin([path])}:$PATH; ${apply("ansible", site)}`),
    floor: () => measured(floor),
  };
  // Not counted: what is read for the first time is slower.
  await ways.floor();
  const costs: Record<keyof typeof ways, Cost[]> = { native: [], ansible: [], floor: [] };
  for (let round = 1; round <= ROUNDS; round++)
    for (const way of ["native", "ansible", "floor"] as const) {
      const cost = await ways[way]();
      costs[way].push(cost);
      console.log(`round ${round}  ${way.padEnd(8)} ${words(cost)}  load ${(loadavg()[0] ?? 0).toFixed(1)}`);
    }
  report(median(costs.native), median(costs.ansible), median(costs.floor));
}

function apply(engine: "native" | "ansible", site: string): string {
  return `${shellJoin([...BDAP, "apply", "--json", "--engine", engine, "--forks", "50", "--site", site])} || echo "failed $?" >&2`;
}

function report(native: Cost, ansible: Cost, floor: Cost): void {
  console.log(`\nnothing to do, medians of ${ROUNDS} in one run, ${values.hosts} hosts`);
  for (const [name, cost] of Object.entries({ "bdap native": native, "ansible-playbook": ansible })) {
    const ratio = (seconds: number) => `${(seconds / floor.wallSeconds).toFixed(1)}x`;
    console.log(
      `${name.padEnd(17)} whole ${cost.wallSeconds.toFixed(2)} s (${ratio(cost.wallSeconds)}), plays alone ` +
        `${cost.playSeconds.toFixed(2)} s (${ratio(cost.playSeconds)}), controller CPU ${cost.cpuSeconds.toFixed(2)} s`,
    );
  }
  console.log(
    `floor             ${floor.wallSeconds.toFixed(2)} s (1x), controller CPU ${floor.cpuSeconds.toFixed(2)} s`,
  );
  const phases = Object.entries(native.phaseSeconds).map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`);
  console.log(`bdap native by phase: ${phases.join(", ")} s`);
}

function words({ wallSeconds, playSeconds, cpuSeconds }: Cost): string {
  const plays = playSeconds > 0 ? `, plays ${playSeconds.toFixed(2)} s` : "";
  return `${wallSeconds.toFixed(2)} s${plays}, CPU ${cpuSeconds.toFixed(2)} s`;
}

/** A unit that could not start when the host booted would keep its node from being called ready. */
async function forgetBootTrouble(lab: LabState): Promise<void> {
  for (const { name } of lab.hosts) {
    const [program = "ssh", ...args] = await labShellCommand(lab.name, name);
    await execa(program, [...args, "systemctl reset-failed"]);
  }
}
