import type { DesiredSite, Done } from "#agent/protocol/operator.ts";
import { refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { retireNode, shutOut } from "../../store/changes.ts";

/** Voids a node's certificates and unused tokens at once. It stays in the site and needs a new token to come back. */
export async function revokeNode(parts: Parts, node: string, reason: string, by: string): Promise<Done> {
  const { desiredNodes, identities } = parts.store.index;
  const identity = identities.get(node);
  const isInvited = parts.store.state.tokens.some((token) => token.node === node);
  if (identity === undefined && !desiredNodes.has(node) && !isInvited) throw refusals.nodeUnknown(node);
  const serials = identity?.certificates.map(({ serial }) => serial) ?? [];
  const why = { reason, by, now: parts.clock.now() };
  const changed = await parts.store.update((state) => {
    const next = shutOut(state, node, why);
    return { state: next, result: next !== state };
  });
  if (!changed) return { changed };
  if (serials.length > 0) parts.fleet.revoked(node);
  const what = serials.length > 0 ? "certificates" : "unused join token";
  const message = `${by} revoked the ${what} of ${node}: ${reason}`;
  const data = { serials, reason };
  await parts.events.record({ code: "CERTIFICATE_REVOKED", severity: "warning", node, by, message, data });
  return { changed };
}

/** Takes a node out of the site for good. */
export async function deleteNode(parts: Parts, node: string, by: string): Promise<Done> {
  const { desiredNodes, identities } = parts.store.index;
  if (!desiredNodes.has(node) && !identities.has(node)) throw refusals.nodeUnknown(node);
  await retireNodes(parts, [node], by);
  return { changed: true };
}

/** Retires several nodes, and if `desired` is given makes it what the plan wants, all in one change. */
export async function retireNodes(
  parts: Parts,
  nodes: readonly string[],
  by: string,
  desired?: DesiredSite,
): Promise<void> {
  const why = { reason: "the node left the site", by, now: parts.clock.now() };
  await parts.store.update((state) => {
    const retired = nodes.reduce((current, node) => retireNode(current, node, why), state);
    return { state: desired === undefined ? retired : { ...retired, desired }, result: undefined };
  });
  parts.fleet.synchronise(parts.store.index.desiredNodes.keys(), parts.store.index.identities);
  for (const node of nodes) {
    const message = `${by} took ${node} out of the site; its certificates are void.`;
    await parts.events.record({ code: "NODE_RETIRED", severity: "warning", node, by, message });
  }
}
