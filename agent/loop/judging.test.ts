import { describe, expect, it } from "vitest";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import type { Check, Finding } from "../checks/check.ts";
import type { Collector } from "../collectors/collector.ts";
import { capturedHost } from "../collectors/node-host.ts";
import { Heartbeat } from "../protocol/messages.ts";
import { Collecting } from "./collecting.ts";
import { heartbeatOf } from "./heartbeat.ts";
import { Judging, limitsOf } from "./judging.ts";

class HandClock {
  wall = 1_000_000;
  time = 0;
  now = () => this.wall;
  monotonic = () => this.time;
}

/** A collector and a check that do as the test says. */
function stage(everySeconds = 0) {
  const clock = new HandClock();
  const script = { read: async (): Promise<unknown> => 1, judge: (): Finding[] => [] };
  const collector: Collector = {
    name: "thing",
    title: "",
    everySeconds,
    deadlineSeconds: 0.05,
    collect: () => script.read(),
    metrics: (reading, step) => ({ reading: Number(reading), before: Number(step?.previous ?? 0) }),
  };
  const check: Check = {
    name: "thing-check",
    title: "",
    reads: collector,
    codes: ["AGENT_THING"],
    severity: "warning",
    toleranceSeconds: 5,
    dependsOn: ["other"],
    limits: { high: 10 },
    judge: () => script.judge(),
  };
  const collecting = new Collecting([collector], capturedHost({}), clock);
  const judging = new Judging([check], limitsOf([check], {}).limits, clock);
  const round = async (milliseconds = 10_000) => {
    clock.time += milliseconds;
    await collecting.round(1000);
    judging.judge((name) => collecting.reading(name));
    return judging.results();
  };
  return { clock, script, collecting, judging, check, round };
}

const ok = (subject = ""): Finding => ({ subject, status: "ok", message: "fine" });
const problem = (subject = ""): Finding => ({ subject, status: "problem", message: "broken", hint: "mend it" });

describe("collecting", () => {
  it("keeps the previous reading for rates, also across a failure", async () => {
    const { script, collecting, round } = stage();
    await round();
    script.read = async () => Promise.reject(new Error("gone"));
    await round();
    expect(collecting.reading("thing")).toMatchObject({ failure: "gone", metrics: {} });
    script.read = async () => 3;
    await round();
    expect(collecting.metrics()).toEqual({ reading: 3, before: 1 });
    expect(collecting.reading("thing").step?.elapsedMilliseconds).toBe(20_000);
  });

  it("does not begin a collector again while it hangs, nor wait for it", async () => {
    const { script, collecting, round } = stage();
    let begun = 0;
    let release: (value: unknown) => void = () => undefined;
    script.read = () => {
      begun += 1;
      return new Promise((resolve) => {
        release = resolve;
      });
    };
    await round();
    expect(collecting.reading("thing").failure).toContain("longer than 0.05 s");
    await round();
    await round();
    expect(begun).toBe(1);
    release(1);
    await Promise.resolve();
    await round();
    expect(begun).toBe(2);
  });

  it("reads slow things less often", async () => {
    const { collecting, round } = stage(60);
    const counts: number[] = [];
    for (let turn = 0; turn < 13; turn += 1) {
      await round();
      counts.push(collecting.reading("thing").count);
    }
    expect(counts).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3]);
  });
});

describe("judging", () => {
  it("counts since when it has been so on the monotonic clock, whatever the wall clock does", async () => {
    const { clock, script, round } = stage();
    script.judge = () => [problem("/")];
    await round();
    clock.wall += 365 * 24 * 3600_000;
    await round();
    const [result] = await round();
    expect(result).toEqual({
      check: "thing-check",
      code: "AGENT_THING",
      subject: "/",
      status: "problem",
      severity: "warning",
      message: "broken",
      hint: "mend it",
      dependsOn: ["other"],
      sinceMilliseconds: 20_000,
      toleranceMilliseconds: 5000,
    });
    script.judge = () => [ok("/")];
    expect((await round())[0]).toMatchObject({ status: "ok", sinceMilliseconds: 0, hint: "" });
  });

  it("says unknown, with the reason, when it cannot be read or the check itself breaks", async () => {
    const { script, round } = stage();
    script.read = async () => Promise.reject(new Error("no such\nthing."));
    expect((await round())[0]).toMatchObject({ status: "unknown", message: "Cannot be judged: no such thing." });
    script.read = async () => 1;
    script.judge = () => {
      throw new Error("a defect");
    };
    expect((await round())[0]).toMatchObject({ status: "unknown", message: expect.stringContaining("a defect") });
  });

  it("forgets subjects that are gone", async () => {
    const { script, round } = stage();
    script.judge = () => [problem("/a"), problem("/b")];
    await round();
    script.judge = () => [problem("/b")];
    expect((await round()).map(({ subject }) => subject)).toEqual(["/b"]);
  });

  it("takes the site's limits, and names those it does not know", () => {
    const { check } = stage();
    const { limits, unknown } = limitsOf([check], { "thing-check.high": 3, "thing-check.hihg": 4 });
    expect(limits.get("thing-check")).toEqual({ high: 3 });
    expect(unknown).toEqual(["thing-check.hihg"]);
  });
});

describe("a heartbeat", () => {
  const machine = { machineId: "m", bootId: "b", startId: "s" };
  it("stays within the protocol's bounds, problems first", async () => {
    const { script, round } = stage();
    script.judge = () => [...Array.from({ length: 600 }, (_, index) => ok(`/${index}`)), problem("x".repeat(1000))];
    const checks = await round();
    const metrics: Record<string, number> = { bad: Number.NaN, ["n".repeat(300)]: 1 };
    for (let index = 0; index < 3000; index += 1) metrics[`m${index}`] = index;
    const heartbeat = heartbeatOf({ sequence: 0, machine, agentVersion: "0.1.0", sentAt: 0, metrics, checks });
    expect(schemaProblems(Heartbeat, heartbeat)).toEqual([]);
    expect(heartbeat.checks[0]?.status).toBe("problem");
    expect(Object.keys(heartbeat.sample.metrics)).toHaveLength(2000);
  });
});
