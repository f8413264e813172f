import type { Plan } from "#inventory/schema/plan.ts";

/** Every node of the plan. */
export function everyNode(plan: Plan): readonly string[] {
  return plan.nodes.map((node) => node.name);
}

/** Nodes that carry a service. */
export function nodesOf(plan: Plan, service: string): readonly string[] {
  return plan.services.find((candidate) => candidate.name === service)?.nodes ?? [];
}
