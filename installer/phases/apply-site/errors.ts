import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { Plan } from "#inventory/schema/plan.ts";

export function nothingPlanned(path: string): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_NOTHING_PLANNED",
    kind: "user",
    message: `${path} has no plan to apply.`,
    hint: "Run bdap probe, then bdap plan; or bdap install, which does all of it.",
    context: { path },
  });
}

export function planRefused(refusals: Plan["findings"]): ApplianceError {
  const words = refusals.map((refusal) => `${refusal.code}: ${refusal.message}`).join(" ");
  return new ApplianceError({
    code: "INSTALLER_PLAN_REFUSED",
    kind: "user",
    message: `The plan cannot be applied. ${words}`,
    hint: refusals[0]?.hint ?? "Run bdap plan and correct what it refuses.",
    state: "No host was touched.",
    context: { refusals },
  });
}

export function noHostSelected(pattern: string, plan: Plan): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_NO_HOST_SELECTED",
    kind: "user",
    message: `--limit ${pattern} selects no node of the plan.`,
    hint: `The nodes are ${plan.nodes.map((node) => node.name).join(", ")}; roles and services are groups.`,
    context: { pattern },
  });
}
