import { describe, expect, it } from "vitest";
import type { Plan } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import { somePlan } from "#test/fakes/plan.ts";
import { exampleFacts } from "../classify-servers/example-facts.ts";
import { keptPorts, type PortOwner, portFindings } from "./kept-ports.ts";

type Listening = { protocol: "tcp" | "udp"; address: string; port: number; process: string | null };

const service: Service = {
  name: "control-plane",
  title: "Control plane",
  says: "says",
  placement: { role: "service", count: 1 },
  quorum: "none",
  units: [],
  ports: [{ port: 7443, protocol: "tcp", from: "anywhere", why: "agents" }],
  dependsOn: [],
  health: { checks: [] },
};

function owner(ports: readonly Listening[] | undefined, adopted = true): PortOwner {
  const facts = exampleFacts("st1", { address: "10.0.0.1" });
  const listening =
    ports === undefined
      ? { value: null, unknown: [{ field: "", reason: "not read" }] }
      : { value: { ports: [...ports] }, unknown: [] };
  const read = { ...facts, facts: { ...facts.facts, listening } };
  return { server: { name: "st1", facts: read }, adopted, services: [service] };
}

const socket = (port: number, change: Partial<Listening> = {}): Listening => ({
  protocol: "tcp",
  address: "0.0.0.0",
  port,
  process: "nginx",
  ...change,
});

const NOISE: readonly Listening[] = [
  socket(22, { process: "sshd" }),
  socket(7443, { process: "node" }),
  socket(25, { address: "127.0.0.1" }),
  socket(25, { address: "::1" }),
  socket(53, { address: "127.0.0.53%lo" }),
  socket(68, { protocol: "udp", process: "dhclient" }),
  socket(40_000, { protocol: "udp", process: "resolver" }),
];

describe("keptPorts", () => {
  it("keeps what others can reach, but nothing of SSH, the site's services, loopback and outgoing sockets", () => {
    const ports = [...NOISE, socket(443), socket(80), socket(80, { address: "::" }), socket(40_000)];
    expect(keptPorts(owner(ports), undefined)).toEqual([
      { protocol: "tcp", port: 80, program: "nginx" },
      { protocol: "tcp", port: 443, program: "nginx" },
      { protocol: "tcp", port: 40_000, program: "nginx" },
    ]);
  });

  it("keeps nothing on a server that is not adopted", () => {
    expect(keptPorts(owner([socket(80)], false), undefined)).toBeUndefined();
  });

  it("keeps what it kept before, though its program stands still now or the server is no longer adopted", () => {
    const kept = { protocol: "tcp", port: 6800, program: "ceph-osd" } as const;
    const [node] = somePlan().nodes;
    if (node === undefined) throw new Error("the plan has no node");
    const applied: Plan = somePlan([{ ...node, name: "other", address: "10.0.0.1", keptPorts: [kept] }]);
    expect(keptPorts(owner([socket(80)]), applied)?.map((one) => one.port)).toEqual([80, 6800]);
    expect(keptPorts(owner([], false), applied)?.map((one) => one.port)).toEqual([6800]);
  });

  it("makes a plain word of whatever a program calls itself", () => {
    const name = 'x" accept\n\u001b[2J{{ lookup("pipe","id") }}';
    expect(keptPorts(owner([socket(80, { process: name })]), undefined)?.[0]?.program).toMatch(/^[A-Za-z0-9._+-]+$/);
    expect(keptPorts(owner([socket(80, { process: "*" })]), undefined)?.[0]?.program).toBe("unknown program");
  });
});

describe("portFindings", () => {
  const codes = (one: PortOwner) => portFindings(one, keptPorts(one, undefined)).map((each) => each.code);

  it("says what stays open, what will be closed, and where that is not known", () => {
    expect(codes(owner([...NOISE, socket(80)]))).toEqual(["PLAN_PORTS_KEPT"]);
    expect(codes(owner([...NOISE, socket(80)], false))).toEqual(["PLAN_PORTS_CLOSED"]);
    expect(codes(owner(undefined))).toEqual(["PLAN_PORTS_UNKNOWN"]);
    expect(codes(owner(undefined, false))).toEqual([]);
    expect(codes(owner(NOISE))).toEqual([]);
    expect(codes(owner(NOISE, false))).toEqual([]);
  });
});
