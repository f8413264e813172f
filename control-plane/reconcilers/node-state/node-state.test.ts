import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problem } from "../../testing/test-agent.ts";
import { countingProblems } from "./counting-problems.ts";
import { type NodeHealth, newNodeHealth, type Observation, observeNode } from "./node-state.ts";

const limits = { unreachableMilliseconds: 30_000, graceUntil: 0 };
const trouble = { code: "AGENT_DISK_SPACE_LOW", message: "/ is full" };
const healthAfter = (observations: readonly Observation[], start: NodeHealth = newNodeHealth, given = limits) =>
  observations.reduce((health, observation) => observeNode(health, observation, given), start);
const heartbeat = (at: number, found?: typeof trouble): Observation => ({ kind: "heartbeat", at, problem: found });
const tick = (at: number): Observation => ({ kind: "tick", at });

describe("observeNode", () => {
  it("makes a joined node ready with its first good heartbeat", () => {
    expect(healthAfter([{ kind: "joined", at: 0 }]).state).toBe("joining");
    expect(healthAfter([{ kind: "joined", at: 0 }, heartbeat(1)]).state).toBe("ready");
    expect(healthAfter([{ kind: "joined", at: 0 }, heartbeat(1, trouble)])).toMatchObject({
      state: "degraded",
      cause: trouble.code,
    });
  });

  it("knows nothing of a node's earlier life once it joined again or its certificate was revoked", () => {
    const ready = healthAfter([{ kind: "joined", at: 0 }, heartbeat(0)]);
    const again = healthAfter([{ kind: "joined", at: 5000 }], ready);
    expect(again.state).toBe("joining");
    expect(healthAfter([heartbeat(6000)], again).state).toBe("ready");
    expect(healthAfter([tick(35_001)], again).state).toBe("unreachable");
    const revoked = healthAfter([{ kind: "revoked", at: 5000 }, tick(90_000)], ready);
    expect(revoked).toMatchObject({ state: "joining", reason: expect.stringContaining("revoked") });
  });

  it("calls a node unreachable after 30 s of silence, and ready after two good heartbeats", () => {
    const ready = healthAfter([{ kind: "joined", at: 0 }, heartbeat(0)]);
    expect(healthAfter([tick(30_000)], ready).state).toBe("ready");
    const lost = healthAfter([tick(30_001)], ready);
    expect(lost).toMatchObject({ state: "unreachable", cause: "NODE_UNREACHABLE" });
    expect(healthAfter([heartbeat(40_000)], lost).state).toBe("unreachable");
    expect(healthAfter([heartbeat(40_000), heartbeat(50_000)], lost).state).toBe("ready");
    expect(healthAfter([heartbeat(40_000), tick(80_000), heartbeat(90_000)], lost).state).toBe("unreachable");
  });

  it("takes no silence for death before the grace time ends", () => {
    const ready = healthAfter([{ kind: "joined", at: 0 }, heartbeat(0)]);
    const given = { ...limits, graceUntil: 100_000 };
    expect(healthAfter([tick(99_999)], ready, given).state).toBe("ready");
    expect(healthAfter([tick(100_000)], ready, given).state).toBe("unreachable");
  });

  it("never calls a node unreachable that has not joined", () => {
    expect(healthAfter([tick(1e9)])).toBe(newNodeHealth);
  });

  const observations = fc
    .array(
      fc.record({
        kind: fc.constantFrom("heartbeat", "tick", "joined", "revoked"),
        wait: fc.integer({ min: 0, max: 45_000 }),
        problem: fc.boolean(),
      }),
      { maxLength: 60 },
    )
    .map((steps) => {
      let at = 0;
      return steps.map((step): Observation => {
        at += step.wait;
        if (step.kind === "heartbeat") return heartbeat(at, step.problem ? trouble : undefined);
        return { kind: step.kind, at };
      });
    });

  it("holds its promises for every history", () => {
    fc.assert(
      fc.property(observations, (history) => {
        let health: NodeHealth = healthAfter([{ kind: "joined", at: 0 }]);
        let signOfLife = 0;
        let goodInARow = 0;
        for (const observation of history) {
          const before = health;
          health = observeNode(before, observation, limits);
          // A node without a certificate cannot give one, so its silence is none.
          if (observation.kind === "revoked") signOfLife = Number.POSITIVE_INFINITY;
          else if (observation.kind !== "tick") signOfLife = observation.at;
          if (observation.kind === "heartbeat") goodInARow = observation.problem === undefined ? goodInARow + 1 : 0;
          // Only a tick, after true silence, makes a node unreachable; and after such silence it always does.
          if (health.state === "unreachable" && before.state !== "unreachable") {
            expect(observation.kind).toBe("tick");
            expect(observation.at - signOfLife).toBeGreaterThan(30_000);
          }
          if (observation.kind === "tick" && observation.at - signOfLife > 30_000) {
            expect(health.state).toBe("unreachable");
          }
          // Nothing but good heartbeats makes a node ready: two in a row, unless it was new.
          if (health.state === "ready" && before.state !== "ready") {
            expect(observation.kind).toBe("heartbeat");
            expect(goodInARow).toBeGreaterThanOrEqual(
              before.state === "joining" ? 1 : before.state === "degraded" ? 2 : 1,
            );
          }
          // A state always says why.
          expect(health.reason).not.toBe("");
          expect(health.cause === "").toBe(health.state === "ready" || health.state === "joining");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("cares for time differences only, not for the time itself", () => {
    fc.assert(
      fc.property(observations, fc.integer({ min: -1e9, max: 1e12 }), (history, shift) => {
        const moved = history.map((observation) => ({ ...observation, at: observation.at + shift }));
        const given = { ...limits, graceUntil: Number.NEGATIVE_INFINITY };
        const start = healthAfter([{ kind: "joined", at: 0 }], newNodeHealth, given);
        const shifted = healthAfter([{ kind: "joined", at: shift }], newNodeHealth, given);
        expect(healthAfter(moved, shifted, given).state).toBe(healthAfter(history, start, given).state);
      }),
    );
  });
});

describe("countingProblems", () => {
  const codes = (checks: Parameters<typeof countingProblems>[0]) => countingProblems(checks).map(({ check }) => check);

  it("leaves out healthy, unknown, informational and tolerated checks", () => {
    expect(
      codes([
        problem({ check: "a", status: "ok" }),
        problem({ check: "b", status: "unknown" }),
        problem({ check: "c", severity: "info" }),
        problem({ check: "d", sinceMilliseconds: 999, toleranceMilliseconds: 1000 }),
        problem({ check: "e", sinceMilliseconds: 1000, toleranceMilliseconds: 1000 }),
      ]),
    ).toEqual(["e"]);
  });

  it("puts the gravest first", () => {
    expect(codes([problem({ check: "a" }), problem({ check: "b", severity: "critical" })])).toEqual(["b", "a"]);
  });

  it("leaves out what another problem explains, however far away", () => {
    const a = problem({ check: "a", dependsOn: ["b"] });
    const b = problem({ check: "b", dependsOn: ["c"] });
    const c = problem({ check: "c" });
    expect(codes([a, b, c])).toEqual(["c"]);
    expect(codes([a, b])).toEqual(["b"]);
    expect(codes([a])).toEqual(["a"]);
    expect(codes([a, { ...c, status: "ok" }])).toEqual(["a"]);
  });

  it("never explains all problems away, whatever depends on what", () => {
    const names = ["a", "b", "c", "d"];
    const checks = fc.array(
      fc.record({ check: fc.constantFrom(...names), dependsOn: fc.array(fc.constantFrom(...names), { maxLength: 3 }) }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(checks, (found) => {
        expect(codes(found.map((change) => problem(change))).length).toBeGreaterThan(0);
      }),
    );
  });
});
