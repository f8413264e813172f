import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControlPlaneClient } from "./client/client.ts";
import { problem, type TestAgent } from "./testing/test-agent.ts";
import { TestSite } from "./testing/test-site.ts";

let site: TestSite;
let operator: ControlPlaneClient;
let agent: TestAgent;

beforeAll(async () => {
  site = await TestSite.start();
  operator = await site.operator();
  agent = await site.joinedAgent("cpu-01", operator);
  await agent.heartbeat({ sample: { metrics: { load1: 1 } } });
});
afterAll(() => site.stop());

const ROUTE = "/v1/agent/heartbeat";
const refusal = (code: string) => ({
  body: { error: { code, message: expect.any(String), hint: expect.any(String) } },
});
const invalid = refusal("CONTROL_PLANE_REQUEST_INVALID");

describe("a poisoned heartbeat is refused and changes nothing", () => {
  const text = (change: Record<string, unknown>) => JSON.stringify({ ...agent.message(), ...change });
  const metric = (raw: string) => text({ sample: { metrics: { load1: 12321 } } }).replace("12321", raw);
  it.each<[string, () => string, number]>([
    ["not JSON", () => "{", 400],
    ["empty", () => "", 400],
    ["a list", () => "[]", 400],
    ["NaN", () => metric("NaN"), 400],
    ["an infinite number", () => metric("1e999"), 400],
    ["a number as text", () => metric('"5"'), 400],
    ["__proto__", () => text({}).replace('"checks"', '"__proto__":{"polluted":1},"checks"'), 400],
    ["constructor.prototype", () => text({}).replace('"checks"', '"constructor":{"prototype":{"x":1}},"checks"'), 400],
    ["an unknown property", () => text({ extra: 1 }), 400],
    ["deep nesting", () => "[".repeat(400_000) + "]".repeat(400_000), 400],
    [
      "too many metrics",
      () => text({ sample: { metrics: Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`m${i}`, i])) } }),
      400,
    ],
    ["an endless metric name", () => text({ sample: { metrics: { ["m".repeat(201)]: 1 } } }), 400],
    ["too many checks", () => text({ checks: Array.from({ length: 501 }, () => problem()) }), 400],
    ["an endless message", () => text({ checks: [problem({ message: "x".repeat(5000) })] }), 400],
    ["another version", () => text({ version: 99 }), 400],
    ["two megabytes", () => text({ machineId: "x".repeat(2_000_000) }), 413],
  ])("%s", async (_what, body, status) => {
    const before = await operator.showNode("cpu-01");
    const answer = await agent.send(ROUTE, body());
    expect(answer.status).toBe(status);
    expect(answer.body.error).toEqual({
      code: expect.any(String),
      message: expect.any(String),
      hint: expect.any(String),
    });
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect((await operator.showNode("cpu-01")).metrics).toEqual(before.metrics);
  });

  it("a hundred megabytes, announced or not, are cut short", async () => {
    const { port } = site.running;
    const socket = connect({
      host: "127.0.0.1",
      port,
      ca: site.authority.certificate,
      cert: agent.certificate,
      key: agent.key,
    });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    socket.on("error", () => undefined);
    socket.write(
      `POST ${ROUTE} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    );
    let head = "";
    socket.on("data", (data) => {
      head += data.toString();
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const piece = `10000\r\n${"x".repeat(65_536)}\r\n`;
    let sent = 0;
    while (sent < 100 * 1024 * 1024 && !socket.destroyed && head === "") {
      if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
      sent += piece.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeLessThan(50 * 1024 * 1024);
    socket.destroy();
    expect((await agent.heartbeat()).status).toBe(200);
  });
});

describe("requests", () => {
  it("of another content type, method or path are refused in the one shape", async () => {
    expect(await agent.send(ROUTE, "a=1", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject(
      invalid,
    );
    expect(await agent.get("/v1/nothing")).toMatchObject({ status: 404, ...refusal("CONTROL_PLANE_NOT_FOUND") });
    expect(await agent.get(ROUTE)).toMatchObject({ status: 404 });
  });

  it("that are not HTTP are answered and cut off", async () => {
    const socket = connect({ host: "127.0.0.1", port: site.running.port, ca: site.authority.certificate });
    socket.write("\u0001\u0002nonsense\r\n\r\n");
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString();
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain("CONTROL_PLANE_REQUEST_INVALID");
  });

  it("with numbers in the query are read, with nonsense refused", async () => {
    expect((await operator.listEvents({ limit: 1 })).events).toHaveLength(1);
    await expect(operator.listEvents({ limit: -1 })).rejects.toMatchObject({ code: "CONTROL_PLANE_REQUEST_INVALID" });
    await expect(operator.showNode("../site")).rejects.toMatchObject({ kind: "user" });
    await expect(operator.showNode("nobody")).rejects.toMatchObject({ code: "CONTROL_PLANE_NOT_FOUND" });
    await expect(operator.showNode("constructor")).rejects.toMatchObject({ code: "CONTROL_PLANE_NOT_FOUND" });
  });

  it("to join from one address are bounded", async () => {
    const bounded = await TestSite.start({ settings: { joinsPerMinute: 3 } });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index++) statuses.push((await bounded.agent("a").join("x".repeat(43))).status);
    await bounded.stop();
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
  });

  it("of a node gone wild are bounded, those of others are not", async () => {
    const bounded = await TestSite.start({ settings: { heartbeatsPerMinute: 3 } });
    const alice = await bounded.operator();
    const wild = await bounded.joinedAgent("wild", alice);
    const calm = await bounded.joinedAgent("calm", alice);
    const statuses: number[] = [];
    for (let index = 0; index < 5; index++) statuses.push((await wild.heartbeat()).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await calm.heartbeat()).status).toBe(200);
    await bounded.stop();
  });
});

describe("events", () => {
  it("of one node cannot push out those of the site", async () => {
    const flooded = await TestSite.start({ settings: { heartbeatsPerMinute: 10_000 } });
    const alice = await flooded.operator();
    const wild = await flooded.joinedAgent("wild", alice);
    for (let round = 0; round < 15; round++) {
      const checks = Array.from({ length: 400 }, (_, index) => problem({ subject: `${round}-${index}` }));
      expect((await wild.heartbeat({ checks })).status).toBe(200);
    }
    const codes = (await alice.listEvents({ limit: 5000 })).events.map((event) => event.code);
    expect(codes).toContain("TOKEN_CREATED");
    expect(codes).toContain("CHECK_EVENTS_SUPPRESSED");
    expect(codes.filter((code) => code.startsWith("CHECK_")).length).toBeLessThan(300);
    await flooded.stop();
  });
});
