import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "#inventory/kernel/clock.ts";
import { parseWith } from "#inventory/kernel/schema.ts";
import type { Check } from "../checks/check.ts";
import type { Collector } from "../collectors/collector.ts";
import { identityPath } from "../identity/identity.ts";
import { Heartbeat, JoinRequest } from "../protocol/messages.ts";
import { type AgentOptions, runAgent } from "./agent.ts";
import { ControlPlaneDouble } from "./control-plane-double.ts";

const TOKEN = "t".repeat(43);

const counter: Collector<number> = {
  name: "counter",
  title: "Counts",
  everySeconds: 0,
  deadlineSeconds: 1,
  collect: async (host) => Math.round(host.clockOffset()?.offsetMilliseconds ?? -1),
  metrics: (offset) => ({ offset, not_a_number: Number.NaN }),
};
const hanging: Collector<number> = {
  ...counter,
  name: "hanging",
  deadlineSeconds: 0.1,
  collect: () => new Promise(() => undefined),
};
const verdicts = (reads: Collector<number>): Check<number> => ({
  name: `${reads.name}-check`,
  title: "Says it is so",
  reads,
  codes: ["AGENT_TEST"],
  severity: "warning",
  toleranceSeconds: 1,
  dependsOn: [],
  limits: {},
  judge: ({ reading }) => [{ subject: "", status: "ok", message: `It is ${reading}.` }],
});

let controlPlane: ControlPlaneDouble;
let state: string;
let stopAgent: () => Promise<void>;
let rounds: number;
let lines: { level: string; message: string; fields: Record<string, unknown> }[];

function start(options: Partial<AgentOptions> = {}): void {
  const ending = new AbortController();
  const at =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      void lines.push({ level, message, fields });
  const running = runAgent(
    {
      configuration: controlPlane.configuration(state),
      machine: { machineId: "m", bootId: "b", startId: "s" },
      agentVersion: "0.1.0",
      collectors: [counter as Collector, hanging as Collector],
      checks: [verdicts(counter) as Check, verdicts(hanging) as Check],
      run: async () => ({ status: 0, stdout: "", stderr: "" }),
      clock: systemClock,
      random: Math.random,
      log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
      intervalSeconds: 0.2,
      onRound: () => {
        rounds += 1;
      },
      ...options,
    },
    ending.signal,
  );
  stopAgent = async () => {
    ending.abort();
    await running;
  };
}

const until = (condition: () => unknown) => vi.waitUntil(condition, { timeout: 15_000, interval: 20 });
const someRounds = () => {
  const seen = rounds;
  return until(() => rounds > seen + 5);
};
const paths = () => controlPlane.requests.map(({ path }) => path.replace("/v1/agent/", ""));

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "bdap-agent-"));
  controlPlane = await ControlPlaneDouble.start();
  lines = [];
  rounds = 0;
  stopAgent = async () => undefined;
});

afterEach(async () => {
  await stopAgent();
  await controlPlane.stop();
  await rm(state, { recursive: true, force: true });
});

describe("an agent with a join token", () => {
  beforeEach(() => writeFile(join(state, "join-token"), `${TOKEN}\n`, { mode: 0o600 }));

  it("joins, keeps its key to itself, forgets the token, and reports what the protocol allows", async () => {
    start();
    await until(() => controlPlane.heartbeats().length >= 2);
    const [join1] = controlPlane.requests;
    const request = parseWith(JoinRequest, join1?.body, "the join");
    expect(request).toMatchObject({ node: "cpu1", token: TOKEN, machineId: "m" });
    expect(JSON.stringify(controlPlane.requests)).not.toContain("PRIVATE KEY");
    expect((await stat(identityPath(state))).mode & 0o777).toBe(0o600);
    await expect(stat(join(state, "join-token"))).rejects.toThrow();
    const [first, second] = controlPlane.heartbeats();
    expect([first?.sequence, second?.sequence]).toEqual([0, 1]);
    parseWith(Heartbeat, second, "the heartbeat");
    expect(Object.keys(second?.sample.metrics ?? {})).toEqual(["offset"]);
  });

  it("reports a hanging collector as unknown and everything else as ever", async () => {
    start();
    await until(() => controlPlane.heartbeats().length >= 4);
    const byName = new Map(controlPlane.heartbeats()[3]?.checks.map((check) => [check.check, check]));
    expect(byName.get("counter-check")?.status).toBe("ok");
    expect(byName.get("hanging-check")).toMatchObject({ status: "unknown", message: expect.stringContaining("0.1 s") });
  });

  it("knows how far its clock is from the control plane's", async () => {
    controlPlane.clockOffsetMilliseconds = -5000;
    start();
    const offset = () => controlPlane.heartbeats().at(-1)?.sample.metrics["offset"] ?? 0;
    await until(() => offset() > 4000);
    expect(Math.abs(offset() - 5000)).toBeLessThan(1500);
  });

  it("keeps trying while the control plane is away, and joins when it is back", async () => {
    await controlPlane.stop();
    start();
    await until(() => lines.some(({ message }) => message.includes("does not answer")));
    await controlPlane.listen();
    await until(() => controlPlane.heartbeats().length > 0);
    expect(paths()[0]).toBe("join");
  });

  it("keeps what a join under way brings when it is told to stop meanwhile: the token is spent", async () => {
    const gate = Promise.withResolvers<void>();
    controlPlane.gate = gate.promise;
    start();
    await until(() => paths().includes("join"));
    const stopped = stopAgent();
    gate.resolve();
    await stopped;
    expect(await readFile(identityPath(state), "utf8")).toContain("BEGIN CERTIFICATE");
    expect(paths()).toEqual(["join"]);
  });

  it("asks with the same key again after an answer got lost, also after its own end, and forgets the key then", async () => {
    controlPlane.answer = () => "hang";
    start();
    await until(() => paths().includes("join"));
    // As when the node loses power: nothing of the process is left but what lies on the disk.
    controlPlane.breakConnections();
    await stopAgent();
    controlPlane.answer = undefined;
    start();
    await until(() => controlPlane.heartbeats().length > 0);
    const joins = controlPlane.requests.filter(({ path }) => path.endsWith("/join"));
    expect(joins.length).toBeGreaterThan(1);
    expect(new Set(joins.map(({ body }) => body["csr"])).size).toBe(1);
    expect((await readdir(state)).sort()).toEqual(["identity.pem"]);
  });

  it("makes a new key for another token", async () => {
    const refusal = { code: "TOKEN_USED", message: "used before", hint: "" };
    controlPlane.answer = ({ body }) =>
      body["token"] === TOKEN ? { status: 403, body: { error: refusal } } : undefined;
    start();
    await until(() => paths().includes("join"));
    await stopAgent();
    await writeFile(join(state, "join-token"), "u".repeat(43));
    start();
    await until(() => controlPlane.heartbeats().length > 0);
    const joins = controlPlane.requests.filter(({ path }) => path.endsWith("/join"));
    expect(new Set(joins.map(({ body }) => body["csr"])).size).toBe(2);
  });

  it("does not hammer with a token that is refused, and takes up the next one at once", async () => {
    const refusal = { code: "TOKEN_USED", message: "used before", hint: "" };
    controlPlane.answer = ({ body }) =>
      body["token"] === TOKEN ? { status: 403, body: { error: refusal } } : undefined;
    start();
    await until(() => lines.some(({ level, message }) => level === "error" && message.includes("used before")));
    await someRounds();
    await writeFile(join(state, "join-token"), "u".repeat(43));
    await until(() => controlPlane.heartbeats().length > 0);
    expect(controlPlane.requests.filter(({ body }) => body["token"] === TOKEN)).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  it("refuses a control plane of another authority, and sends it nothing", async () => {
    const foreign = await ControlPlaneDouble.start();
    try {
      start({
        configuration: { ...foreign.configuration(state), authority: controlPlane.configuration(state).authority },
      });
      await until(() => lines.some(({ message }) => message.includes("cannot prove")));
      expect(foreign.requests).toEqual([]);
    } finally {
      await stopAgent();
      await foreign.stop();
    }
  });
});

describe("an agent that has joined", () => {
  beforeEach(async () => {
    await writeFile(join(state, "join-token"), TOKEN);
    start();
    await until(() => controlPlane.heartbeats().length > 0);
  });

  it("renews when told to, with a new key, and reports with the new certificate", async () => {
    const before = await readFile(identityPath(state), "utf8");
    const serial = () => controlPlane.requests.at(-1)?.serial;
    const old = serial();
    controlPlane.renew = true;
    await until(() => paths().includes("renew") && paths().at(-1) === "heartbeat" && serial() !== old);
    const after = await readFile(identityPath(state), "utf8");
    expect(after.split("-----END")[0]).not.toBe(before.split("-----END")[0]);
  });

  it("goes on with the kept identity after a restart", async () => {
    await stopAgent();
    const seen = controlPlane.requests.length;
    start();
    await until(() => controlPlane.requests.length > seen);
    expect(paths().slice(seen)).not.toContain("join");
  });

  it("comes back by itself after the control plane was away, with the latest state only", async () => {
    await controlPlane.stop();
    await until(() => lines.some(({ message }) => message === "the control plane is away"));
    const seen = controlPlane.heartbeats().length;
    await controlPlane.listen();
    await until(() => controlPlane.heartbeats().length > seen);
    expect(lines.filter(({ message }) => message === "the control plane is away")).toHaveLength(1);
  });

  it("waits for a new token when its certificate is refused, and says so", async () => {
    const refusal = { code: "CERTIFICATE_EXPIRED", message: "expired", hint: "" };
    controlPlane.answer = ({ path }) =>
      path === "/v1/agent/heartbeat" ? { status: 401, body: { error: refusal } } : undefined;
    await until(() => lines.some(({ message }) => message === "refused: waiting for a new join token"));
    const refused = controlPlane.requests.length;
    await someRounds();
    expect(controlPlane.requests).toHaveLength(refused);
    controlPlane.answer = undefined;
    const seen = controlPlane.requests.length;
    await writeFile(join(state, "join-token"), "v".repeat(43));
    await until(() => controlPlane.requests.length > seen + 1);
    expect(paths().slice(seen, seen + 2)).toEqual(["join", "heartbeat"]);
  });

  it("takes a damaged identity for none, and joins again with a token", async () => {
    await stopAgent();
    await writeFile(identityPath(state), "not a key");
    const seen = controlPlane.requests.length;
    start();
    await until(() => lines.some(({ message }) => message.includes("cannot be used")));
    await writeFile(join(state, "join-token"), "w".repeat(43));
    await until(() => controlPlane.requests.length > seen);
    expect(paths()[seen]).toBe("join");
  });
});

describe("an agent whose certificate ends soon", () => {
  it("renews at two thirds of its life by itself", async () => {
    // Five minutes of allowance lie before now: with 40 s to go, two thirds are long past.
    controlPlane.lifetimeHours = 40 / 3600;
    await writeFile(join(state, "join-token"), TOKEN);
    start();
    await until(() => paths().includes("renew"));
    await until(() => paths().at(-1) === "heartbeat");
    expect(paths().slice(0, 2)).toEqual(["join", "heartbeat"]);
  });
});
