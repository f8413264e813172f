import type { Static } from "typebox";
import type { CheckResult } from "#agent/protocol/messages.ts";
import type { NodeCheck, NodeDetails, NodeState, NodeSummary, SiteStatus } from "#agent/protocol/operator.ts";
import type { Parts } from "../parts.ts";
import { isTolerated } from "../reconcilers/node-state/counting-problems.ts";
import { serviceStates } from "../reconcilers/service-state/service-state.ts";
import type { LiveNode } from "./fleet.ts";
import type { SampleWindow } from "./sample-window.ts";

type Sources = Pick<Parts, "site" | "store" | "fleet" | "fleetEvents" | "events" | "clock">;
type NodeSources = Pick<Sources, "store" | "fleet" | "clock">;

const AUTOMATIC = "automatic";

/** Names of every node of the site, in order. */
export function nodeNames({ store }: Pick<Sources, "store">): string[] {
  const { desiredNodes, identities } = store.index;
  return [...new Set([...desiredNodes.keys(), ...identities.keys()])].sort();
}

/** A node as `bdap nodes list` shows it, or undefined when the site has none of that name. */
export function nodeSummary(name: string, sources: NodeSources): NodeSummary | undefined {
  const { desiredNodes, identities, holds } = sources.store.index;
  const live = sources.fleet.node(name);
  if (live === undefined || (!desiredNodes.has(name) && !identities.has(name))) return undefined;
  const hold = holds.get(name);
  const planned = desiredNodes.get(name);
  return {
    name,
    state: hold?.state ?? live.health.state,
    reason: hold === undefined ? live.health.reason : heldReason(hold.reason, live),
    by: hold?.by ?? AUTOMATIC,
    since: new Date(hold?.since ?? live.since).toISOString(),
    address: planned?.address ?? "",
    roles: [...(planned?.roles ?? [])],
    joinTokenUntil: joinTokenUntil(name, sources),
    checks: nodeChecks(live, false),
  };
}

function joinTokenUntil(name: string, { store, clock }: NodeSources): string | null {
  const token = store.state.tokens.find(({ node, expiresAt }) => node === name && expiresAt > clock.now());
  return token === undefined ? null : new Date(token.expiresAt).toISOString();
}

/** A node as `bdap nodes show` shows it. */
export function nodeDetails(name: string, sources: NodeSources): NodeDetails | undefined {
  const summary = nodeSummary(name, sources);
  const live = sources.fleet.node(name);
  if (summary === undefined || live === undefined) return undefined;
  const { desiredNodes, identities } = sources.store.index;
  const identity = identities.get(name);
  const notAfter = identity?.certificates.at(-1)?.notAfter;
  return {
    ...summary,
    services: [...(desiredNodes.get(name)?.services ?? [])],
    machineId: identity?.machineId ?? null,
    bootId: live.last?.bootId ?? null,
    agentVersion: live.last?.agentVersion ?? null,
    lastSeen: live.last === undefined ? null : new Date(live.last.at).toISOString(),
    clockOffsetMilliseconds: live.last?.clockOffset ?? null,
    certificateNotAfter: notAfter === undefined ? null : new Date(notAfter).toISOString(),
    metrics: live.samples.newest(),
    allChecks: nodeChecks(live, true),
  };
}

/** What the checks of a node say; healthy ones only if asked for. */
export function nodeChecks(live: LiveNode, all: boolean): Static<typeof NodeCheck>[] {
  return live.checks.filter((check) => all || check.status !== "ok").map((check) => viewOfCheck(check, live));
}

function viewOfCheck(check: CheckResult, live: LiveNode): Static<typeof NodeCheck> {
  const { check: name, code, subject, status, severity, message, hint, sinceMilliseconds } = check;
  const since = new Date(boundedTime((live.last?.at ?? 0) - sinceMilliseconds)).toISOString();
  return { check: name, code, subject, status, severity, message, hint, since, tolerated: isTolerated(check) };
}

/** A node may claim any duration; a date cannot lie before the epoch. */
function boundedTime(time: number): number {
  return Math.max(0, time);
}

/** The whole site as `bdap status` shows it. */
export function siteStatus(sources: Sources): SiteStatus {
  const nodes = nodeNames(sources).flatMap((name) => nodeSummary(name, sources) ?? []);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const services = serviceStates(sources.store.state.desired.services, (name) => {
    const node = byName.get(name);
    if (node === undefined) return undefined;
    const samples = sources.fleet.node(name)?.samples;
    return { state: node.state, putAside: isPutAside(node), unitActive: (unit) => unitActive(samples, unit) };
  });
  const healthy =
    nodes.every((node) => node.state === "ready" || isPutAside(node)) &&
    services.every((service) => service.state === "up");
  return { site: sources.site, healthy, nodes, services, notices: notices(sources) };
}

function isPutAside(node: NodeSummary): boolean {
  const aside: readonly NodeState[] = ["draining", "drained", "maintenance", "quarantined"];
  return aside.includes(node.state) && node.by !== AUTOMATIC;
}

function unitActive(samples: SampleWindow | undefined, unit: string): boolean | undefined {
  const value = samples?.latest(`unit_active{unit="${unit}"}`);
  return value === undefined ? undefined : value !== 0;
}

function heldReason(reason: string, live: LiveNode): string {
  return live.health.state === "unreachable" ? `${reason} (${live.health.reason})` : reason;
}

function notices(sources: Sources): SiteStatus["notices"] {
  const found: SiteStatus["notices"] = sources.fleetEvents.problems.map(({ group, nodes }) => ({
    code: "FLEET_PROBLEM",
    message: `${nodes} nodes have the same problem: ${group}.`,
    hint: "Look for what they share (network, storage, a change just made) before touching single nodes.",
  }));
  const { recovery } = sources.store.opening;
  if (recovery !== undefined) {
    found.push({
      code: "STATE_RECOVERED",
      message: `The newest state was damaged; the control plane runs from ${recovery.used}.`,
      hint: "Look at the disk of the control-plane host, then run bdap apply to bring the state up to date.",
    });
  }
  if (sources.events.lost > 0) {
    found.push({
      code: "EVENTS_LOST",
      message: `${sources.events.lost} events could not be stored.`,
      hint: "Free space on the control-plane host's disk.",
    });
  }
  return found;
}
