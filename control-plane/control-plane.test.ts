import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControlPlaneClient } from "./client/client.ts";
import { problem } from "./testing/test-agent.ts";
import { TestSite } from "./testing/test-site.ts";

let site: TestSite;
let operator: ControlPlaneClient;

beforeAll(async () => {
  site = await TestSite.start();
  operator = await site.operator();
});
afterAll(() => site.stop());

describe("the way of a node", () => {
  it("goes from plan over token and join to ready, and its service is up", async () => {
    await operator.putSite({
      nodes: [{ name: "cpu-01", address: "10.0.0.1", roles: ["cpu"], services: ["batch"] }],
      services: [{ name: "batch", nodes: ["cpu-01"], units: ["bdap-batch.service"] }],
    });
    expect((await operator.status()).nodes[0]).toMatchObject({ name: "cpu-01", state: "joining", roles: ["cpu"] });
    const agent = await site.joinedAgent("cpu-01", operator);
    const reply = await agent.heartbeat({ sample: { metrics: { 'unit_active{unit="bdap-batch.service"}': 1 } } });
    expect(reply).toMatchObject({ status: 200, body: { intervalSeconds: 10, renew: false } });
    const status = await operator.status();
    expect(status.nodes[0]).toMatchObject({ name: "cpu-01", state: "ready", by: "automatic", checks: [] });
    expect(status.services).toEqual([{ name: "batch", state: "up", message: "", nodes: ["cpu-01"] }]);
    expect(status.healthy).toBe(true);
  });

  it("becomes degraded with its problem shown, and ready again after two good heartbeats", async () => {
    const agent = await site.joinedAgent("cpu-01", operator);
    await agent.heartbeat({ checks: [problem()] });
    const degraded = await operator.showNode("cpu-01");
    expect(degraded).toMatchObject({ state: "degraded", reason: "/ has 2% left" });
    expect(degraded.checks).toHaveLength(1);
    await agent.heartbeat();
    expect((await operator.showNode("cpu-01")).state).toBe("degraded");
    await agent.heartbeat();
    expect((await operator.showNode("cpu-01")).state).toBe("ready");
  });
});
