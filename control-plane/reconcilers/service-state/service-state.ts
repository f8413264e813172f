import type { DesiredSite, NodeState, SiteStatus } from "#agent/protocol/operator.ts";

export type ServiceStatus = SiteStatus["services"][number];

/** What is known of one node that a service needs. */
export interface ServiceNode {
  readonly state: NodeState;
  /** A person put it aside, so its absence is wanted. */
  readonly putAside: boolean;
  /** Whether a systemd unit runs there; undefined when the node does not say. */
  readonly unitActive: (unit: string) => boolean | undefined;
}

/**
 * The state of each service from its nodes: up when every node that is not put aside is ready and none of its units is
 * reported stopped; degraded when some still work; down when none does; unknown while nothing has been heard of any.
 */
export function serviceStates(
  services: DesiredSite["services"],
  node: (name: string) => ServiceNode | undefined,
): ServiceStatus[] {
  return services.map((service) => {
    const verdicts = service.nodes.map((name) => judge(name, service.units, node(name)));
    return { name: service.name, nodes: [...service.nodes], ...summarise(verdicts) };
  });
}

interface Verdict {
  readonly kind: "good" | "impaired" | "failed" | "aside" | "unknown";
  readonly words: string;
}

function judge(name: string, units: readonly string[], node: ServiceNode | undefined): Verdict {
  if (node === undefined || node.state === "joining") return { kind: "unknown", words: `${name} has not joined` };
  if (node.putAside) return { kind: "aside", words: `${name} is put aside (${node.state})` };
  if (node.state === "unreachable" || node.state === "quarantined") {
    return { kind: "failed", words: `${name} is ${node.state}` };
  }
  const stopped = units.filter((unit) => node.unitActive(unit) === false);
  if (stopped.length > 0) return { kind: "failed", words: `${stopped.join(", ")} not running on ${name}` };
  if (node.state !== "ready") return { kind: "impaired", words: `${name} is ${node.state}` };
  return { kind: "good", words: "" };
}

function summarise(verdicts: readonly Verdict[]): Pick<ServiceStatus, "state" | "message"> {
  const words = verdicts.map((verdict) => verdict.words).filter((text) => text !== "");
  const message = words.length === 0 ? "" : words.slice(0, 5).join("; ");
  const working = verdicts.some((verdict) => verdict.kind === "good" || verdict.kind === "impaired");
  const troubled = verdicts.some((verdict) => verdict.kind !== "good" && verdict.kind !== "aside");
  if (verdicts.length === 0) return { state: "unknown", message: "the plan places it on no node" };
  if (working) return { state: troubled ? "degraded" : "up", message };
  if (verdicts.every((verdict) => verdict.kind === "unknown")) return { state: "unknown", message };
  return { state: "down", message };
}
