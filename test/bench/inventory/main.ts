/**
 * One inventory of 2,000 hosts with 50 variables each, as YAML and as INI, listed by ansible-inventory and by ours: whole processes, from
 * start to exit, medians. `node test/bench/inventory/main.ts [ROUNDS]`
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oracle } from "../../tooling/oracle.ts";

/** Runs a program and tells the peak of its memory in KiB last on the error output. */
const PEAK = [
  "import resource, subprocess, sys",
  "code = subprocess.call(sys.argv[1:])",
  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)",
  "sys.exit(code)",
].join("\n");

const HOSTS = 2_000;
const VARIABLES = 50;
const rounds = Number(process.argv[2] ?? 3);
const folder = await mkdtemp(join(tmpdir(), "bdap-bench-inventory-"));
try {
  await writeFile(join(folder, "hosts.yml"), yamlText());
  await writeFile(join(folder, "hosts.ini"), iniText());
  const { ansibleInventory } = await oracle();
  const ours = join(import.meta.dirname, "../../../playbooks/engine/compat/bin/ansible-inventory");
  for (const source of ["hosts.yml", "hosts.ini"]) {
    const [theirs, own] = [measure(ansibleInventory, source), measure(ours, source)];
    const same = theirs.output === own.output ? "the same output" : "DIFFERENT OUTPUT";
    console.log(
      `${source}: ansible-inventory ${theirs.milliseconds} ms, ${theirs.megabytes} MB; ours ${own.milliseconds} ms, ${own.megabytes} MB; ` +
        `ratio ${(theirs.milliseconds / own.milliseconds).toFixed(1)}; ${same}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function measure(program: string, source: string) {
  const times: number[] = [];
  let [output, megabytes] = ["", 0];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const run = spawnSync("python3", ["-c", PEAK, program, "-i", source, "--list"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 2 ** 30,
    });
    times.push(performance.now() - start);
    output = run.stdout;
    megabytes = Math.round(Number(run.stderr.trim().split("\n").at(-1)) / 1024);
  }
  times.sort((a, b) => a - b);
  return { milliseconds: Math.round(times[Math.floor(times.length / 2)] ?? 0), megabytes, output };
}

function yamlText(): string {
  const lines = ["all:", "  vars: {site: bench}", "  children:"];
  for (let group = 0; group < 20; group++) {
    lines.push(`    rack${group}:`, `      vars: {rack: ${group}, tags: [a, b]}`, "      hosts:");
    for (let host = group * (HOSTS / 20); host < (group + 1) * (HOSTS / 20); host++) {
      lines.push(`        node${host}:`);
      for (let variable = 0; variable < VARIABLES; variable++)
        lines.push(`          var_${variable}: ${variable % 3 === 0 ? host : `"value ${variable} of {{ rack }}"`}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function iniText(): string {
  const lines: string[] = [];
  for (let group = 0; group < 20; group++) {
    lines.push(`[rack${group}]`);
    for (let host = group * (HOSTS / 20); host < (group + 1) * (HOSTS / 20); host++) {
      const words = Array.from({ length: VARIABLES }, (_, variable) =>
        variable % 3 === 0 ? `var_${variable}=${host}` : `var_${variable}="value ${variable}"`,
      );
      lines.push(`node${host} ${words.join(" ")}`);
    }
    lines.push(`[rack${group}:vars]`, `rack=${group}`, "tags=['a', 'b']");
  }
  return `${lines.join("\n")}\n`;
}
