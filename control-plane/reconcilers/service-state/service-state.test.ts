import { expect, it } from "vitest";
import type { NodeState } from "#agent/protocol/operator.ts";
import { type ServiceNode, serviceStates } from "./service-state.ts";

const node = (state: NodeState, change: Partial<ServiceNode> = {}): ServiceNode => ({
  state,
  putAside: false,
  unitActive: () => undefined,
  ...change,
});
const stopped = { unitActive: (unit: string) => unit !== "a.service" };
const aside = { putAside: true };

it.each<[string, Record<string, ServiceNode>, string, RegExp]>([
  ["all nodes ready", { n1: node("ready"), n2: node("ready") }, "up", /^$/],
  ["units reported active", { n1: node("ready", { unitActive: () => true }) }, "up", /^$/],
  [
    "a unit stopped on one of two",
    { n1: node("ready"), n2: node("ready", stopped) },
    "degraded",
    /a\.service not running on n2/,
  ],
  ["a unit stopped on the only node", { n1: node("ready", stopped) }, "down", /a\.service/],
  ["one of two unreachable", { n1: node("ready"), n2: node("unreachable") }, "degraded", /n2 is unreachable/],
  ["all unreachable", { n1: node("unreachable"), n2: node("unreachable") }, "down", /n1 is unreachable; n2/],
  ["a node degraded", { n1: node("degraded") }, "degraded", /n1 is degraded/],
  ["a node put aside, the other ready", { n1: node("maintenance", aside), n2: node("ready") }, "up", /n1 is put aside/],
  ["all nodes put aside", { n1: node("drained", aside) }, "down", /put aside/],
  ["quarantined by automation", { n1: node("quarantined"), n2: node("ready") }, "degraded", /n1 is quarantined/],
  ["nobody joined", { n1: node("joining") }, "unknown", /n1 has not joined/],
])("%s", (_what, nodes, state, message) => {
  const service = { name: "s", nodes: Object.keys(nodes), units: ["a.service", "b.service"] };
  const [found] = serviceStates([service], (name) => nodes[name]);
  expect(found).toMatchObject({ name: "s", state, message: expect.stringMatching(message) });
});

it("placed nowhere, or on nodes nobody knows, is unknown", () => {
  const services = [
    { name: "a", nodes: [], units: [] },
    { name: "b", nodes: ["n9"], units: [] },
  ];
  expect(serviceStates(services, () => undefined).map(({ state }) => state)).toEqual(["unknown", "unknown"]);
});
