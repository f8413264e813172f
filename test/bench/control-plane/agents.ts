import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type Heartbeat, PROTOCOL_VERSION } from "#agent/protocol/messages.ts";
import type { AgentIdentities, AgentIdentity } from "./seed.ts";

/** What the simulated agents saw while measured; times in milliseconds. */
export interface AgentsReport {
  readonly count: number;
  readonly failed: number;
  readonly bytes: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

interface Order {
  readonly port: number;
  readonly identitiesFile: string;
  readonly interval: number;
}

const latencies: number[] = [];
let failed = 0;
let bytes = 0;
let measuring = false;

function heartbeatOf(machineId: string, sequence: number): string {
  const message: Heartbeat = {
    version: PROTOCOL_VERSION,
    sequence,
    machineId,
    bootId: "boot",
    startId: machineId,
    agentVersion: "bench",
    sentAt: new Date().toISOString(),
    sample: {
      metrics: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`metric_number_${index}`, Math.random()])),
    },
    checks: Array.from({ length: 20 }, (_, index) => ({
      check: `check-${index}`,
      code: `AGENT_CHECK_${index}_LOW`,
      subject: "/var/lib/something",
      status: "ok",
      severity: "warning",
      message: "The thing that is watched has 74% left of 100 GB",
      hint: "",
      dependsOn: [],
      sinceMilliseconds: 1_000_000,
      toleranceMilliseconds: 60_000,
    })),
  };
  return JSON.stringify(message);
}

function send(port: number, agent: Agent, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { host: "127.0.0.1", port, agent, method: "POST", path: "/v1/agent/heartbeat", headers };
    const call = request(options, (answer) => {
      answer.resume();
      answer.once("end", () => resolve(answer.statusCode ?? 0));
    });
    call.once("error", reject);
    call.end(body);
  });
}

async function live(identity: AgentIdentity, order: Order, ca: string, connected: () => void): Promise<never> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca, cert: identity.certificate, key: identity.key });
  await sleep(Math.random() * order.interval * 1000);
  for (let sequence = 0; ; sequence++) {
    const body = heartbeatOf(identity.machineId, sequence);
    bytes = Buffer.byteLength(body);
    const start = performance.now();
    const status = await send(order.port, agent, body).catch(() => 0);
    if (sequence === 0) connected();
    if (measuring) {
      latencies.push(performance.now() - start);
      if (status !== 200) failed += 1;
    }
    await sleep(order.interval * 1000 - (performance.now() - start));
  }
}

function report(): AgentsReport {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, failed, bytes, p50: at(0.5), p99: at(0.99), longest: sorted.at(-1) ?? 0 };
}

async function begin(order: Order): Promise<void> {
  const { authority, agents } = JSON.parse(await readFile(order.identitiesFile, "utf8")) as AgentIdentities;
  const start = performance.now();
  let missing = agents.length;
  for (const identity of agents) {
    void live(identity, order, authority, () => {
      missing -= 1;
      if (missing === 0) process.send?.({ seconds: (performance.now() - start) / 1000 });
    });
  }
}

process.on("message", (message: Order | "measure" | "stop") => {
  if (message === "measure") {
    measuring = true;
  } else if (message === "stop") {
    measuring = false;
    process.send?.(report(), () => process.exit(0));
  } else {
    void begin(message);
  }
});
