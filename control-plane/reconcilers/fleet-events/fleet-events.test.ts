import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NewEvent } from "../../store/event-log.ts";
import { FleetEvents, type NodeChange } from "./fleet-events.ts";

function change(kind: "begin" | "end", node: string, group = "LOW"): NodeChange {
  const event = { code: kind, severity: "warning", node, message: node } as const;
  return { kind, group, node, key: "k", event };
}
function fresh(share = 0.3) {
  const told: NewEvent[] = [];
  const fleet = new FleetEvents({ share, settleMilliseconds: 10, report: (event) => told.push(event) });
  return { fleet, told, codes: () => told.map(({ code }) => code) };
}

describe("FleetEvents", () => {
  it("waits before it tells of one node, in case others follow", () => {
    const { fleet, codes } = fresh();
    fleet.observe(change("begin", "a"), 0, 10);
    fleet.tick(9, 10);
    expect(codes()).toEqual([]);
    fleet.tick(10, 10);
    expect(codes()).toEqual(["begin"]);
  });

  it("tells of late comers and early leavers of a problem of the fleet not at all", () => {
    const { fleet, codes, told } = fresh();
    for (const node of ["a", "b", "c", "d"]) fleet.observe(change("begin", node), 0, 10);
    fleet.tick(1, 10);
    fleet.observe(change("begin", "e"), 2, 10);
    fleet.observe(change("end", "a"), 3, 10);
    fleet.tick(100, 10);
    expect(codes()).toEqual(["FLEET_PROBLEM"]);
    expect(told[0]?.data).toMatchObject({ problem: "LOW", count: 4, fleet: 10, nodes: ["a", "b", "c", "d"] });
    for (const node of ["b", "c", "d"]) fleet.observe(change("end", node), 101, 10);
    fleet.tick(102, 10);
    fleet.observe(change("end", "e"), 103, 10);
    fleet.tick(200, 10);
    expect(codes()).toEqual(["FLEET_PROBLEM", "FLEET_RECOVERED"]);
  });

  it("does not call two or three of many a fleet, nor anything in a site of two", () => {
    const many = fresh();
    for (const node of ["a", "b", "c"]) many.fleet.observe(change("begin", node), 0, 10);
    many.fleet.tick(10, 10);
    expect(many.codes()).toEqual(["begin", "begin", "begin"]);
    const two = fresh();
    for (const node of ["a", "b"]) two.fleet.observe(change("begin", node), 0, 2);
    expect(two.codes()).toEqual(["begin", "begin"]);
  });

  it("keeps apart what has different causes", () => {
    const { fleet, codes } = fresh();
    for (const node of ["a", "b", "c", "d"]) fleet.observe(change("begin", node, node), 0, 10);
    fleet.tick(10, 10);
    expect(codes()).toEqual(["begin", "begin", "begin", "begin"]);
  });

  it("never loses an end it told the begin of, nor the other way round, and alternates for the fleet", () => {
    const steps = fc.array(fc.record({ node: fc.integer({ min: 0, max: 9 }), wait: fc.integer({ min: 0, max: 8 }) }), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const { fleet, told } = fresh();
        const open = new Set<string>();
        let at = 0;
        for (const { node, wait } of history) {
          const name = `n${node}`;
          at += wait;
          fleet.observe(change(open.has(name) ? "end" : "begin", name), at, 10);
          if (!open.delete(name)) open.add(name);
          fleet.tick(at, 10);
        }
        fleet.tick(at + 1000, 10);
        const ofFleet = told.filter(({ node }) => node === undefined).map(({ code }) => code);
        for (const [index, code] of ofFleet.entries()) {
          expect(code).toBe(index % 2 === 0 ? "FLEET_PROBLEM" : "FLEET_RECOVERED");
        }
        for (let node = 0; node < 10; node++) {
          const own = told.filter((event) => event.node === `n${node}`).map(({ code }) => code);
          for (const [index, code] of own.entries()) {
            if (index > 0) expect(code, "one node's begins and ends alternate").not.toBe(own[index - 1]);
          }
        }
      }),
      // The example: a begin told as the node's own, an end that the fleet's problem swallowed, and a second begin.
      { numRuns: 5000, examples: [[[9, 3, 0, 2, 9, 2, 0, 9].map((node, at) => ({ node, wait: [0, 4, 6][at] ?? 0 }))]] },
    );
  });
});
