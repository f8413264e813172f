import type { NodeState } from "#agent/protocol/operator.ts";

/** The states automation moves a node between. The others are a person's, or quarantine. */
export type AutomaticState = Extract<NodeState, "joining" | "ready" | "degraded" | "unreachable">;
export const automaticStates: readonly AutomaticState[] = ["joining", "ready", "degraded", "unreachable"];

/** What automation holds of one node. Times are monotonic milliseconds, so a jump of the wall clock changes nothing. */
export interface NodeHealth {
  readonly state: AutomaticState;
  readonly reason: string;
  /** What made it so, as a stable code: `NODE_UNREACHABLE`, the code of a check, or empty. */
  readonly cause: string;
  /** Last sign of life; undefined for a node that never joined. */
  readonly lastSeen: number | undefined;
  /** Heartbeats in a row that speak for leaving `unreachable` or `degraded`. */
  readonly streak: number;
}

export type Observation =
  | { readonly kind: "joined"; readonly at: number }
  | { readonly kind: "revoked"; readonly at: number }
  | { readonly kind: "heartbeat"; readonly at: number; readonly problem: HealthProblem | undefined }
  | { readonly kind: "tick"; readonly at: number };

/** The gravest problem that counts against the node. */
export interface HealthProblem {
  readonly code: string;
  readonly message: string;
}

export interface NodeStateLimits {
  /** Silence after which a node is unreachable. */
  readonly unreachableMilliseconds: number;
  /** Before this moment silence proves nothing: the control plane itself was away. */
  readonly graceUntil: number;
}

/** Good heartbeats in a row that bring a node back. */
export const GOOD_HEARTBEATS = 2;

export const newNodeHealth: NodeHealth = {
  state: "joining",
  reason: "has not joined yet",
  cause: "",
  lastSeen: undefined,
  streak: 0,
};

/**
 * The next health of a node. Pure. A join or a revocation ends what was known of its earlier life. Returns `health` itself when nothing changed but the sign of
 * life.
 */
export function observeNode(health: NodeHealth, observation: Observation, limits: NodeStateLimits): NodeHealth {
  switch (observation.kind) {
    case "joined":
      return { ...newNodeHealth, lastSeen: observation.at, reason: "has joined, no heartbeat yet" };
    case "revoked":
      return { ...newNodeHealth, reason: "its certificate was revoked; it waits for a new join token" };
    case "heartbeat":
      return heard({ ...health, lastSeen: observation.at }, observation.problem);
    case "tick":
      return waited(health, observation.at, limits);
  }
}

function heard(health: NodeHealth, problem: HealthProblem | undefined): NodeHealth {
  const streak = health.streak + 1;
  if (health.state === "unreachable" && streak < GOOD_HEARTBEATS) {
    return { ...health, streak, reason: "is heard again, waiting for a second heartbeat" };
  }
  if (problem !== undefined) {
    return { ...health, state: "degraded", reason: problem.message, cause: problem.code, streak: 0 };
  }
  if (health.state === "degraded" && streak < GOOD_HEARTBEATS) return { ...health, streak };
  if (health.state === "ready") return { ...health, streak: 0 };
  return { ...health, state: "ready", reason: "reports in time and has no problem", cause: "", streak: 0 };
}

function waited(health: NodeHealth, at: number, limits: NodeStateLimits): NodeHealth {
  if (health.lastSeen === undefined) return health;
  if (at < limits.graceUntil || at - health.lastSeen <= limits.unreachableMilliseconds) return health;
  if (health.state === "unreachable" && health.streak === 0) return health;
  const seconds = Math.round(limits.unreachableMilliseconds / 1000);
  return {
    ...health,
    state: "unreachable",
    reason: `has not reported for more than ${seconds} s`,
    cause: "NODE_UNREACHABLE",
    streak: 0,
  };
}
