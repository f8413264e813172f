import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checks } from "#agent/checks/registry.ts";
import { collectors } from "#agent/collectors/registry.ts";
import { runAgent } from "#agent/loop/agent.ts";
import { processRunner } from "#agent/processes/run-process.ts";
import { certificateIdentity } from "#agent/protocol/pki/identity.ts";
import type { ControlPlaneClient } from "#control-plane/client/client.ts";
import type { Settings } from "#control-plane/parts.ts";
import { TestSite } from "#control-plane/testing/test-site.ts";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";

const NODE = "cpu1";

/** A network between agent and control plane that can be cut; it finds the control plane again after a restart. */
class Network {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  port = 0;
  isCut = false;

  constructor(target: () => number) {
    this.#server = createServer((near) => {
      if (this.isCut) return void near.destroy();
      const far = connect(target(), "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    if (address !== null && typeof address === "object") this.port = address.port;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

let site: TestSite;
let operator: ControlPlaneClient;
let network: Network;
let state: string;
let said: string[];
let stopAgent: () => Promise<void>;

async function openSite(settings: Partial<Settings> = {}, clock: Clock = systemClock): Promise<void> {
  site = await TestSite.start({ settings: { heartbeatSeconds: 0.2, ...settings }, clock });
  operator = await site.operator();
  network = new Network(() => site.running.port);
  await network.open();
  await operator.putSite({
    nodes: [{ name: NODE, address: "10.0.0.1", roles: ["cpu"], services: ["agent"] }],
    services: [],
  });
}

async function invite(): Promise<string> {
  const { token } = await operator.makeToken({ node: NODE });
  await writeFile(join(state, "join-token"), token, { mode: 0o600 });
  return token;
}

function startAgent(machineId = "machine-1"): void {
  const ending = new AbortController();
  const say = (message: string, fields?: Readonly<Record<string, unknown>>) =>
    void said.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const running = runAgent(
    {
      configuration: {
        site: "test",
        node: NODE,
        controlPlane: { host: "control.test.internal", address: "127.0.0.1", port: network.port },
        authority: site.authority.certificate,
        stateDirectory: state,
        joinTokenFile: join(state, "join-token"),
      },
      machine: { machineId, bootId: "boot-1", startId: crypto.randomUUID() },
      agentVersion: "0.1.0",
      collectors,
      checks,
      run: processRunner(),
      clock: systemClock,
      random: Math.random,
      log: { debug: say, info: say, warn: say, error: say },
      intervalSeconds: 0.2,
    },
    ending.signal,
  );
  stopAgent = async () => {
    ending.abort();
    await running;
  };
}

const until = (condition: () => Promise<unknown>) => vi.waitUntil(condition, { timeout: 18_000, interval: 50 });
const seen = async () => (await operator.showNode(NODE)).lastSeen;
const reporting = async () => (await seen()) !== null;
const serial = async () => certificateIdentity(await readFile(join(state, "identity.pem"), "utf8"))?.serial;
const eventCodes = async () => (await operator.listEvents()).events.map(({ code }) => code);

async function isReportingAnew(): Promise<void> {
  const before = await seen();
  await until(async () => (await seen()) !== before);
}

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "bdap-agent-"));
  said = [];
  stopAgent = async () => undefined;
});

afterEach(async () => {
  await stopAgent();
  await network.close();
  await site.stop();
  await rm(state, { recursive: true, force: true });
});

describe("an agent and the control plane", () => {
  beforeEach(() => openSite());

  it("join by a token, which is gone then, and the node's figures and checks arrive", async () => {
    await invite();
    startAgent();
    await until(reporting);
    const node = await operator.showNode(NODE);
    expect(node).toMatchObject({ machineId: "machine-1", bootId: "boot-1", agentVersion: "0.1.0" });
    expect(node.metrics["memory_total_bytes"]).toBeGreaterThan(0);
    expect(new Set(node.allChecks.map(({ check }) => check))).toEqual(new Set(checks.map(({ name }) => name)));
    expect(node.clockOffsetMilliseconds).toBeLessThan(1000);
    await expect(stat(join(state, "join-token"))).rejects.toThrow("ENOENT");
  });

  it("refuse a token that was used before, without hammering; the next one is taken up", async () => {
    const token = await invite();
    startAgent();
    await until(reporting);
    await stopAgent();
    await rm(join(state, "identity.pem"));
    await writeFile(join(state, "join-token"), token);
    startAgent();
    await until(async () => said.some((line) => line.includes("the join token is refused")));
    await until(async () => (await eventCodes()).includes("TOKEN_REFUSED"));
    expect((await eventCodes()).filter((code) => code === "TOKEN_REFUSED")).toHaveLength(1);
    await invite();
    await isReportingAnew();
    expect((await eventCodes()).filter((code) => code === "TOKEN_REFUSED")).toHaveLength(1);
    expect(said.join("\n")).not.toContain(token);
  });

  it("find each other again after the network was cut and the control plane restarted, with the same certificate", async () => {
    await invite();
    startAgent();
    await until(reporting);
    const before = await serial();
    network.cut();
    await until(async () => said.some((line) => line.startsWith("the control plane is away")));
    await site.running.stop();
    await site.boot();
    operator = await site.operator();
    network.isCut = false;
    await until(reporting);
    expect(await serial()).toBe(before);
  });

  it("part when the certificate is revoked, at once, and meet again over a new token", async () => {
    await invite();
    startAgent();
    await until(reporting);
    await operator.revokeNode(NODE, "the node was stolen");
    await until(async () => said.some((line) => line.startsWith("refused: waiting for a new join token")));
    const before = await seen();
    await invite();
    await until(async () => (await seen()) !== before);
  });

  it("see a node that was installed again as such", async () => {
    await invite();
    startAgent();
    await until(reporting);
    await stopAgent();
    await rm(join(state, "identity.pem"));
    await invite();
    startAgent("machine-2");
    await until(async () => (await operator.showNode(NODE)).machineId === "machine-2");
    expect(await eventCodes()).toContain("NODE_REINSTALLED");
  });
});

it("an agent renews its certificate by itself, and the old one is no more", async () => {
  // Five minutes of allowance lie before now: a minute's life is past its two thirds at once.
  await openSite({ certificateHours: 1 / 60 });
  await invite();
  startAgent();
  await until(reporting);
  const first = await serial();
  await until(async () => (await serial()) !== first);
  await isReportingAnew();
});

it("an agent whose clock is an hour ahead keeps reporting, and says that it is", async () => {
  const behind: Clock = { now: () => Date.now() - 3_600_000, monotonic: () => performance.now() };
  await openSite({}, behind);
  await invite();
  startAgent();
  const drift = async () => (await operator.showNode(NODE)).allChecks.find(({ check }) => check === "clock-drift");
  await until(async () => (await drift())?.status === "problem");
  expect(await drift()).toMatchObject({ severity: "critical", message: expect.stringContaining("60 min ahead") });
});
