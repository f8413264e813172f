import { createHash, X509Certificate } from "node:crypto";
import type { Certificates, JoinRequest } from "#agent/protocol/messages.ts";
import { issueNodeCertificate, proveRequest } from "#agent/protocol/pki/issue.ts";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { recordJoin } from "../../store/changes.ts";
import type { Identity } from "../../store/state.ts";
import { judgeToken, recordAnswer, spendToken, type TokenVerdict, tokenUse } from "../../store/token-changes.ts";

type SecurityEvent = {
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
};

const REFUSED: Readonly<Record<Exclude<TokenVerdict, "accepted" | "repeated">, string>> = {
  unknown: "a token this site never made, or one replaced by a newer",
  replayed: "a token that was already used",
  expired: "an expired token",
  "wrong-node": "a token made for another node",
};

/**
 * Joins a node: the token is used up, durably, before anything is issued; the join is on record before the node gets
 * its certificate; certificates of an earlier life of the node are void. The same request again, while its token would
 * still be good, is answered with the same certificate: only the holder of its key has any use for that.
 */
export async function joinNode(
  parts: Parts,
  request: JoinRequest,
  refused: (event: SecurityEvent) => void,
): Promise<Certificates> {
  const { store, issuer, clock } = parts;
  const hash = createHash("sha256").update(request.token).digest("hex");
  const shown = (key: string | undefined) => ({ hash, node: request.node, key, now: clock.now() });
  // A look without use first: it spares guesses the signature check, and honest mistakes in the request the token.
  const seen = judgeToken(store.state, shown(undefined));
  if (seen !== "replayed") refuseUnlessGood(seen, request, refused);
  const key = await proveRequest(issuer, request.csr).catch((error: unknown) => {
    refuseUnlessGood(seen, request, refused);
    return asRefusal(error);
  });
  const { verdict, earlier } = await store.update((state) => {
    const spent = spendToken(state, { ...shown(key), key });
    const before = state.identities.find((identity) => identity.node === request.node);
    return { state: spent.state, result: { verdict: spent.verdict, earlier: before } };
  });
  refuseUnlessGood(verdict, request, refused);
  const pem = tokenUse(store.state, hash)?.certificate?.pem ?? (await issueAndRecord(parts, request, hash, earlier));
  return {
    certificate: pem,
    authority: issuer.certificate,
    notAfter: new X509Certificate(pem).validToDate.toISOString(),
    intervalSeconds: parts.settings.heartbeatSeconds,
  };
}

/** Issues a certificate, PEM, or gives the one that the same request was issued meanwhile. */
async function issueAndRecord(
  { store, fleet, issuer, clock, events, settings }: Parts,
  request: JoinRequest,
  hash: string,
  earlier: Identity | undefined,
): Promise<string> {
  const { node, csr, machineId } = request;
  const wanted = { node, csr, lifetimeHours: settings.certificateHours };
  const { certificate: pem, serial, notAfter } = await issueNodeCertificate(issuer, wanted, clock);
  await events.record(joinEvent(request, earlier, serial));
  const recorded = await store.update((state) => {
    const use = tokenUse(state, hash);
    // Whoever shut the node out in the meantime meant this token too.
    if (use === undefined) return { state, result: undefined };
    if (use.certificate !== undefined) return { state, result: use.certificate.pem };
    const why = { reason: "replaced by a new join", by: "automatic", now: clock.now() };
    const joined = recordJoin(state, { node, machineId, certificate: { serial, notAfter } }, why);
    return { state: recordAnswer(joined, hash, { serial, pem }), result: pem };
  });
  if (recorded === undefined) throw refusals.tokenRefused();
  fleet.joined(node);
  return recorded;
}

function refuseUnlessGood(verdict: TokenVerdict, request: JoinRequest, refused: (event: SecurityEvent) => void): void {
  if (verdict === "accepted" || verdict === "repeated") return;
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
