import type { DesiredSite, Done } from "#agent/protocol/operator.ts";
import { refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { retireNode, revokeCertificates } from "../../store/changes.ts";

/** Voids a node's certificates at once. It stays in the site and needs a new token to come back. */
export async function revokeNode(parts: Parts, node: string, reason: string, by: string): Promise<Done> {
  const identity = parts.store.index.identities.get(node);
  if (identity === undefined) throw refusals.nodeUnknown(node);
  if (identity.certificates.length === 0) return { changed: false };
  const serials = identity.certificates.map(({ serial }) => serial);
  const why = { reason, by, now: parts.clock.now() };
  await parts.store.update((state) => ({ state: revokeCertificates(state, node, why), result: undefined }));
  parts.fleet.revoked(node);
  const message = `${by} revoked the certificates of ${node}: ${reason}`;
  const data = { serials, reason };
  await parts.events.record({ code: "CERTIFICATE_REVOKED", severity: "warning", node, by, message, data });
  return { changed: true };
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
