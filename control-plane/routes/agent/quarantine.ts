import type { Heartbeat } from "#agent/protocol/messages.ts";
import type { Parts } from "../../parts.ts";
import { holdNode } from "../../store/changes.ts";

/** Quarantines a node whose certificate is used by two; a node that a person put aside is left as it is. */
export async function quarantineDuplicate(
  parts: Parts,
  node: string,
  verdict: "other-machine" | "alternating",
  heartbeat: Heartbeat,
): Promise<void> {
  if (parts.store.index.holds.has(node)) return;
  const reason =
    verdict === "other-machine"
      ? "its certificate is used by a machine that did not join with it"
      : "two agents use its certificate in turn";
  const since = parts.clock.now();
  const changed = await parts.store.update((state) => {
    if (state.holds.some((hold) => hold.node === node)) return { state, result: false };
    const hold = { node, state: "quarantined", reason, by: "automatic", since } as const;
    return { state: holdNode(state, node, hold), result: true };
  });
  if (!changed) return;
  parts.events.report({
    code: "NODE_IDENTITY_DUPLICATE",
    severity: "critical",
    node,
    message: `${node} is quarantined: ${reason}.`,
    data: { problem: verdict, machineId: heartbeat.machineId, bootId: heartbeat.bootId, startId: heartbeat.startId },
  });
}
