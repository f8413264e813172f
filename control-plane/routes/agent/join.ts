import { createHash } from "node:crypto";
import type { Certificates, JoinRequest } from "#agent/protocol/messages.ts";
import { issueNodeCertificate, proveRequest } from "#agent/protocol/pki/issue.ts";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { recordJoin, spendToken, type TokenVerdict } from "../../store/changes.ts";
import type { Identity } from "../../store/state.ts";

type SecurityEvent = {
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const REFUSED: Readonly<Record<Exclude<TokenVerdict, "accepted">, string>> = {
  unknown: "a token this site never made, or one replaced by a newer",
  replayed: "a token that was already used",
  expired: "an expired token",
  "wrong-node": "a token made for another node",
};

/**
 * Joins a node: the token is used up, durably, before anything is issued; the join is on record before the node gets
 * its certificate; certificates of an earlier life of the node are void.
 */
export async function joinNode(
  parts: Parts,
  request: JoinRequest,
  refused: (event: SecurityEvent) => void,
): Promise<Certificates> {
  const { store, fleet, issuer, clock } = parts;
  const hash = createHash("sha256").update(request.token).digest("hex");
  // A look without use first: it spares guesses the signature check, and honest mistakes in the request the token.
  refuseUnless("accepted", spendToken(store.state, hash, request.node, clock.now()).verdict, request, refused);
  await proveRequest(issuer, request.csr).catch(asRefusal);
  const { verdict, earlier } = await store.update((state) => {
    const spent = spendToken(state, hash, request.node, clock.now());
    const before = state.identities.find((identity) => identity.node === request.node);
    return { state: spent.state, result: { verdict: spent.verdict, earlier: before } };
  });
  refuseUnless("accepted", verdict, request, refused);
  const lifetimeHours = parts.settings.certificateHours;
  const issued = await issueNodeCertificate(issuer, { node: request.node, csr: request.csr, lifetimeHours }, clock);
  await parts.events.record(joinEvent(request, earlier, issued.serial));
  await store.update((state) => {
    const why = { reason: "replaced by a new join", by: "automatic", now: clock.now() };
    const join = {
      node: request.node,
      machineId: request.machineId,
      certificate: { serial: issued.serial, notAfter: issued.notAfter },
    };
    return { state: recordJoin(state, join, why), result: undefined };
  });
  fleet.joined(request.node);
  return {
    certificate: issued.certificate,
    authority: issuer.certificate,
    notAfter: new Date(issued.notAfter).toISOString(),
    intervalSeconds: parts.settings.heartbeatSeconds,
  };
}

function refuseUnless(
  wanted: "accepted",
  verdict: TokenVerdict,
  request: JoinRequest,
  refused: (event: SecurityEvent) => void,
): void {
  if (verdict === wanted) return;
  refused({
    code: "TOKEN_REFUSED",
    message: `${request.node} tried to join with ${REFUSED[verdict]}.`,
    data: { problem: verdict, machineId: request.machineId },
  });
  throw refusals.tokenRefused();
}

function joinEvent(request: JoinRequest, earlier: Identity | undefined, serial: string) {
  const { node, machineId, agentVersion } = request;
  const data = { machineId, agentVersion, serial, earlierMachineId: earlier?.machineId ?? null };
  if (earlier !== undefined && earlier.machineId !== machineId) {
    const message = `${node} joined again as another machine or after a new installation; its earlier certificate is void.`;
    return { code: "NODE_REINSTALLED", severity: "warning", node, by: node, message, data } as const;
  }
  const message = earlier === undefined ? `${node} joined.` : `${node} joined again; its earlier certificate is void.`;
  return { code: "NODE_JOINED", severity: "info", node, by: node, message, data } as const;
}

/** A request that cannot be used is the sender's mistake. */
export function asRefusal(error: unknown): never {
  if (error instanceof ApplianceError && error.code === "PKI_REQUEST_UNUSABLE") {
    throw refusals.requestUnusable(error.message);
  }
  throw error;
}
