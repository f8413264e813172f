import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { AgentsReport } from "./agents.ts";
import { seedSite } from "./seed.ts";

/**
 * What the control plane costs under many agents: `node test/bench/control-plane/main.ts --agents 2000 --seconds 60`.
 * Agents speak mutual TLS on kept connections, with a heartbeat of sixty metrics and twenty checks each interval.
 */
const { values } = parseArgs({
  options: {
    agents: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
    interval: { type: "string", default: "10" },
    entry: { type: "string", default: join(import.meta.dirname, "../../../control-plane/main.ts") },
  },
});
const agents = Number(values.agents);
const seconds = Number(values.seconds);
const interval = Number(values.interval);

interface Usage {
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
}

/** CPU time and memory of a process, from /proc (proc(5): utime and stime are fields 14 and 15, in ticks of 10 ms). */
async function usageOf(pid: number): Promise<Usage> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / 100, residentMegabytes: kilobytes / 1024 };
}

async function startControlPlane(
  configurationFile: string,
): Promise<{ process: ChildProcess; pid: number; port: number }> {
  const child = spawn(process.execPath, [values.entry, "--configuration", configurationFile], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      output += String(data);
      const found = /"message":"serving".*"port":(\d+)/.exec(output)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once("exit", () => reject(new Error(`the control plane did not start: ${output}`)));
  });
  return { process: child, pid: child.pid ?? 0, port };
}

async function measure(folder: string): Promise<void> {
  console.log(`making ${agents} identities`);
  const site = await seedSite(folder, agents, interval);
  const controlPlane = await startControlPlane(site.configurationFile);
  const idle = await usageOf(controlPlane.pid);
  const child = fork(join(import.meta.dirname, "agents.ts"));
  try {
    child.send({ port: controlPlane.port, identitiesFile: site.identitiesFile, interval });
    const [connected] = (await once(child, "message")) as [{ seconds: number }];
    const afterConnect = await usageOf(controlPlane.pid);
    child.send("measure");
    const before = await usageOf(controlPlane.pid);
    let peak = 0;
    for (let second = 0; second < seconds; second++) {
      await sleep(1000);
      peak = Math.max(peak, (await usageOf(controlPlane.pid)).residentMegabytes);
    }
    const after = await usageOf(controlPlane.pid);
    child.send("stop");
    const [report] = (await once(child, "message")) as [AgentsReport];
    const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
    const handshakes = afterConnect.cpuSeconds - idle.cpuSeconds;
    console.log(`agents                 ${agents}, one heartbeat of ${report.bytes} bytes every ${interval} s each`);
    console.log(`connecting             all within ${connected.seconds.toFixed(1)} s, ${handshakes.toFixed(1)} CPU s`);
    console.log(
      `heartbeats             ${report.count} in ${seconds} s (${(report.count / seconds).toFixed(0)}/s), ${report.failed} failed`,
    );
    console.log(
      `latency                p50 ${report.p50.toFixed(1)} ms, p99 ${report.p99.toFixed(1)} ms, longest ${report.longest.toFixed(0)} ms`,
    );
    console.log(`control plane CPU      ${cpu.toFixed(1)} % of one core`);
    console.log(
      `control plane memory   ${peak.toFixed(0)} MB resident at most (${idle.residentMegabytes.toFixed(0)} MB before agents)`,
    );
  } finally {
    child.kill();
    controlPlane.process.kill("SIGTERM");
    await once(controlPlane.process, "exit");
  }
}

const folder = await mkdtemp(join(tmpdir(), "bench-control-plane-"));
try {
  await measure(folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
