import type { DesiredSite } from "#agent/protocol/operator.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Phase } from "../phase.ts";
import { openControlPlane } from "../site-access/site-access.ts";

/** Tells the control plane which nodes and services the site shall have. */
export const registerNodes: Phase = {
  name: "register-nodes",
  title: "Nodes and services known to the control plane",
  destructive: false,
  secondsPerHost: 0,
  needs: ["provision-control-plane"],
  // It speaks to the control plane alone: a node that failed must not keep the others from being known.
  nodes: () => [],
  async run({ site, plan, services, options }) {
    if (options.check) return { hosts: {}, changed: false };
    const client = await openControlPlane(site, plan);
    try {
      const { changed } = await client.putSite(desiredSite(plan, services));
      return { hosts: {}, changed };
    } finally {
      await client.close();
    }
  },
};

/** The plan in the control plane's words. */
export function desiredSite(plan: Plan, services: readonly Service[]): DesiredSite {
  return {
    nodes: plan.nodes.map(({ name, address, roles, services: carried }) => ({
      name,
      address,
      roles: [...roles],
      services: [...carried],
    })),
    services: plan.services.map(({ name, nodes }) => ({
      name,
      nodes: [...nodes],
      units: [...(services.find((service) => service.name === name)?.units ?? [])],
    })),
  };
}
