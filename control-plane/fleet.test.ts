import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "#inventory/kernel/clock.ts";
import type { ControlPlaneClient } from "./client/client.ts";
import { problem, type TestAgent } from "./testing/test-agent.ts";
import { TestSite } from "./testing/test-site.ts";

/** A clock that only the test moves; its wall clock can jump. */
class HandClock implements Clock {
  wall = Date.now();
  mono = 1_000_000;
  now = () => this.wall;
  monotonic = () => this.mono;
}

let clock: HandClock;
let site: TestSite;
let operator: ControlPlaneClient;

beforeEach(async () => {
  clock = new HandClock();
  site = await TestSite.start({ clock });
  operator = await site.operator();
});
afterEach(() => site.stop());

/** Lets seconds pass with a round of the reconcilers each; agents report every ten of them. */
async function pass(seconds: number, agents: readonly TestAgent[] = []): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.mono += 1000;
    clock.wall += 1000;
    if (second % 10 === 9) await Promise.all(agents.map((agent) => agent.heartbeat()));
    await site.running.reconcile();
  }
}
const stateOf = async (node: string) => (await operator.showNode(node)).state;
/** Events are written in order: once a later one is on record, all earlier ones are. */
async function eventsOf(code: string) {
  await site.running.parts.events.record({ code: "TEST_MARK", severity: "info", message: "mark" });
  return (await operator.listEvents({ limit: 5000 })).events.filter((event) => event.code === code);
}

describe("silence", () => {
  it("shows within 40 s as unreachable, alone, and ends after two heartbeats", async () => {
    const [one, two] = [await site.joinedAgent("n1", operator), await site.joinedAgent("n2", operator)];
    await Promise.all([one.heartbeat(), two.heartbeat()]);
    await pass(10, [one, two]);
    await pass(30, [two]);
    expect(await stateOf("n1")).toBe("ready");
    await pass(1, [two]);
    expect(await stateOf("n1")).toBe("unreachable");
    expect(await stateOf("n2")).toBe("ready");
    await expect
      .poll(async () => (await eventsOf("NODE_STATE_CHANGED")).at(-1)?.data)
      .toMatchObject({ to: "unreachable" });
    await one.heartbeat();
    expect(await stateOf("n1")).toBe("unreachable");
    await one.heartbeat();
    expect(await stateOf("n1")).toBe("ready");
  });

  it("of the control plane itself kills nobody: not a restart, not a pause", async () => {
    const agent = await site.joinedAgent("n1", operator);
    await agent.heartbeat();
    await pass(2);
    clock.mono += 3600_000;
    await site.running.reconcile();
    expect(await stateOf("n1")).toBe("ready");
    await pass(29);
    expect(await stateOf("n1")).toBe("ready");
    await pass(2);
    expect(await stateOf("n1")).toBe("unreachable");
    await agent.heartbeat();
    await agent.heartbeat();
    await pass(1);
    await site.running.stop();
    clock.mono += 3600_000;
    await site.boot();
    const again = await site.operator();
    expect((await again.showNode("n1")).state).toBe("ready");
    for (let second = 0; second < 29; second++) {
      clock.mono += 1000;
      await site.running.reconcile();
    }
    expect((await again.showNode("n1")).state).toBe("ready");
  });
});

describe("a jump of the wall clock", () => {
  it.each([-365 * 24, -1, 1, 365 * 24])("by %i hours changes no state and cuts off no connection", async (hours) => {
    const agent = await site.joinedAgent("n1", operator);
    await agent.heartbeat();
    clock.wall += hours * 3600_000;
    await pass(5);
    expect((await agent.heartbeat()).status).toBe(200);
    expect(await stateOf("n1")).toBe("ready");
    expect(await eventsOf("NODE_STATE_CHANGED")).toHaveLength(1);
  });
});

describe("a person's word", () => {
  it("is never undone by automation, is on record, and survives a restart", async () => {
    const agent = await site.joinedAgent("n1", operator);
    await agent.heartbeat();
    await operator.setNodeState("n1", { state: "maintenance", reason: "new memory" });
    await pass(60);
    expect(await operator.showNode("n1")).toMatchObject({ state: "maintenance", by: "alice" });
    expect((await operator.showNode("n1")).reason).toMatch(/^new memory \(has not reported/);
    await agent.heartbeat();
    await agent.heartbeat({ checks: [problem()] });
    expect(await stateOf("n1")).toBe("maintenance");
    expect((await operator.status()).healthy).toBe(true);
    await site.running.stop();
    await site.boot();
    const again = await site.operator();
    expect(await again.showNode("n1")).toMatchObject({ state: "maintenance", by: "alice" });
    const { events } = await again.listEvents({ node: "n1" });
    expect(events.find(({ by }) => by === "alice" && "to")).toBeDefined();
    expect((await again.setNodeState("n1", { state: "ready", reason: "done" })).by).toBe("automatic");
  });

  it("to drain leads to drained through draining, and repeating it is no news", async () => {
    const agent = await site.joinedAgent("n1", operator);
    await agent.heartbeat();
    const request = { state: "draining", reason: "empty it" } as const;
    expect((await operator.setNodeState("n1", request)).state).toBe("draining");
    await pass(1);
    expect(await operator.showNode("n1")).toMatchObject({ state: "drained", by: "alice", reason: "empty it" });
    const changes = await eventsOf("NODE_STATE_CHANGED");
    expect(changes.at(-1)?.data).toMatchObject({ to: "drained" });
    expect((await operator.setNodeState("n1", request)).state).toBe("drained");
    expect(await eventsOf("NODE_STATE_CHANGED")).toHaveLength(changes.length);
  });
});

describe("many nodes with one problem", () => {
  async function fleet(size: number): Promise<TestAgent[]> {
    const agents: TestAgent[] = [];
    for (let index = 0; index < size; index++) agents.push(await site.joinedAgent(`n${index}`, operator));
    await Promise.all(agents.map((agent) => agent.heartbeat()));
    return agents;
  }

  it("make one event of the fleet, not many; and one when it is over", async () => {
    const agents = await fleet(6);
    await pass(5);
    await Promise.all(agents.slice(0, 5).map((agent) => agent.heartbeat({ checks: [problem()] })));
    await pass(20);
    expect((await operator.status()).notices).toContainEqual(expect.objectContaining({ code: "FLEET_PROBLEM" }));
    expect(await eventsOf("FLEET_PROBLEM")).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ problem: "AGENT_DISK_SPACE_LOW", count: 5, fleet: 6 }),
      }),
    ]);
    expect(await eventsOf("CHECK_PROBLEM")).toHaveLength(0);
    for (let round = 0; round < 2; round++) await Promise.all(agents.map((agent) => agent.heartbeat()));
    await pass(20);
    expect(await eventsOf("FLEET_RECOVERED")).toHaveLength(1);
    expect(await eventsOf("CHECK_RECOVERED")).toHaveLength(0);
    // Six times joining to ready, and nothing of the episode.
    expect(await eventsOf("NODE_STATE_CHANGED")).toHaveLength(6);
  });

  it("that fall silent together are one event as well", async () => {
    const agents = await fleet(6);
    await pass(10, agents);
    await pass(60, agents.slice(0, 1));
    expect(await eventsOf("FLEET_PROBLEM")).toHaveLength(1);
    expect((await eventsOf("FLEET_PROBLEM"))[0]?.data).toMatchObject({ problem: "NODE_UNREACHABLE", count: 5 });
  });

  it("are told of one by one when they are few", async () => {
    const agents = await fleet(6);
    await agents[0]?.heartbeat({ checks: [problem()] });
    await pass(20);
    expect(await eventsOf("CHECK_PROBLEM")).toHaveLength(1);
    expect(await eventsOf("FLEET_PROBLEM")).toHaveLength(0);
  });
});

describe("the plan", () => {
  const node = (name: string) => ({ name, address: "10.0.0.1", roles: [], services: [] });

  it("retires nodes it no longer names: their certificates are void and they are gone", async () => {
    await operator.putSite({ nodes: [node("n1"), node("n2")], services: [] });
    const agent = await site.joinedAgent("n2", operator);
    await agent.heartbeat();
    expect(await operator.putSite({ nodes: [node("n1")], services: [] })).toEqual({ changed: true });
    expect(await operator.putSite({ nodes: [node("n1")], services: [] })).toEqual({ changed: false });
    expect((await agent.heartbeat()).status).toBe(403);
    await expect(operator.showNode("n2")).rejects.toMatchObject({ code: "CONTROL_PLANE_NOT_FOUND" });
    expect(await eventsOf("NODE_RETIRED")).toEqual([expect.objectContaining({ node: "n2", by: "alice" })]);
  });

  it("that contradicts itself is refused", async () => {
    const twice = { nodes: [node("n1"), node("n1")], services: [] };
    const stray = { nodes: [node("n1")], services: [{ name: "s", nodes: ["n9"], units: [] }] };
    for (const desired of [twice, stray]) {
      await expect(operator.putSite(desired)).rejects.toMatchObject({ code: "CONTROL_PLANE_REQUEST_INVALID" });
    }
  });
});

describe("following events", () => {
  it("goes on where it broke off when the control plane restarts", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    await operator.makeToken({ node: "n1" });
    const port = site.running.port;
    const following = (async () => {
      for await (const event of operator.followEvents({ signal: controller.signal })) seen.push(event.id);
    })();
    await expect.poll(() => seen.length).toBe(2);
    await site.running.stop();
    await site.boot(port);
    const again = await site.operator();
    await again.makeToken({ node: "n2" });
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(3);
    controller.abort();
    await following;
    expect(seen).toEqual([1, 2, 3]);
  });
});
