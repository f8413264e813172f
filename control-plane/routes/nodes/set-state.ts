import type { NodeSummary, StateRequest } from "#agent/protocol/operator.ts";
import { refusals } from "../../errors.ts";
import { nodeSummary } from "../../fleet/views.ts";
import type { Parts } from "../../parts.ts";
import { holdNode } from "../../store/changes.ts";

/** Puts a node into a person's state, with who and why on record before it holds. `ready` hands it back. */
export async function setNodeState(
  parts: Parts,
  name: string,
  request: StateRequest,
  by: string,
): Promise<NodeSummary> {
  const before = nodeSummary(name, parts);
  if (before === undefined) throw refusals.nodeUnknown(name);
  const { state, reason } = request;
  const held = parts.store.index.holds.get(name);
  // Draining a drained node, or repeating a request, is no news.
  const settled =
    state === "ready" ? held === undefined : held?.by === by && held.reason === reason && isReached(held.state, state);
  if (settled) return before;
  const done = state === "ready" ? `handed ${name} back to automation` : `put ${name} into ${state}`;
  await parts.events.record({
    code: "NODE_STATE_CHANGED",
    severity: state === "ready" ? "info" : "warning",
    node: name,
    by,
    message: `${by} ${done}: ${reason}`,
    data: { from: before.state, to: state, reason },
  });
  const since = parts.clock.now();
  await parts.store.update((current) => {
    const hold = state === "ready" ? undefined : { node: name, state, reason, by, since };
    return { state: holdNode(current, name, hold), result: undefined };
  });
  if (state === "ready") parts.fleet.trust(name);
  return nodeSummary(name, parts) ?? before;
}

function isReached(held: string, wanted: string): boolean {
  return held === wanted || (held === "drained" && wanted === "draining");
}
