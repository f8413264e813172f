import type { Parts } from "../../parts.ts";
import { holdNode } from "../../store/changes.ts";

/** Nodes whose draining is complete become drained. Nothing runs jobs on nodes yet, so that is at once. */
export async function finishDraining({
  store,
  events,
  clock,
}: Pick<Parts, "store" | "events" | "clock">): Promise<void> {
  const draining = store.state.holds.filter((hold) => hold.state === "draining");
  for (const { node, reason, by } of draining) {
    const since = clock.now();
    const changed = await store.update((state) => {
      const hold = state.holds.find((candidate) => candidate.node === node);
      if (hold?.state !== "draining") return { state, result: false };
      return { state: holdNode(state, node, { ...hold, state: "drained", since }), result: true };
    });
    if (!changed) continue;
    const message = `${node} is drained: nothing runs on it any more.`;
    const data = { from: "draining", to: "drained", reason, requestedBy: by };
    events.report({ code: "NODE_STATE_CHANGED", severity: "info", node, message, data });
  }
}
