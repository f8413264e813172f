import type { Plan, PlannedNode } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";

/** A node of a small plan. */
export function someNode(name: string, address: string, services: readonly string[] = ["agent"]): PlannedNode {
  return { name, address, port: 22, user: "root", roles: ["cpu"], services: [...services], os: "debian 13" };
}

/** A plan of two nodes with a control plane on the first. */
export function somePlan(
  nodes: readonly PlannedNode[] = [
    someNode("one", "192.0.2.11", ["agent", "control-plane"]),
    someNode("two", "192.0.2.12"),
  ],
): Plan {
  const carrying = (service: string) =>
    nodes.filter((node) => node.services.includes(service)).map((node) => node.name);
  return {
    version: 1,
    site: "geneva",
    domain: "geneva.internal",
    id: "0".repeat(64),
    nodes: [...nodes],
    verdicts: [],
    services: ["control-plane", "agent"].map((name) => ({ name, nodes: carrying(name), quorum: null, why: "" })),
    disks: [],
    untouchedDisks: [],
    capacity: {
      rawBytes: 0,
      netBytes: 0,
      replicas: 2,
      cores: 0,
      threads: 0,
      memoryBytes: 0,
      memoryGigabytesPerCore: null,
      gpus: 0,
    },
    steps: [],
    estimateSeconds: 0,
    findings: [],
  };
}

export const someAnswers: Site = {
  site: "geneva",
  servers: ["192.0.2.[11-12]"],
  access: { user: "root", keyFile: "key" },
  administrators: [{ name: "ada", keys: ["ssh-ed25519 AAAA ada"] }],
};
