import type { TLSSocket } from "node:tls";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type CertificateIdentity, certificateIdentity } from "#agent/protocol/pki/identity.ts";
import { type RefusalError, refusals } from "../errors.ts";
import type { Parts } from "../parts.ts";
import type { SecurityEvents } from "./security-events.ts";

/** Who may call a route: anyone, a node for itself, an operator. */
export type Access = "open" | "node" | "operator";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Set on every route that is not open. */
    peer: CertificateIdentity | undefined;
  }
}

/** What one TLS connection proved when it was made. */
type Proof =
  | { readonly identity: CertificateIdentity; readonly expires: number }
  | { readonly problem: "missing" | "foreign" };

/**
 * Makes every route demand what its `config.access` says, before its body is read. A route without it is a mistake that
 * stops the start. Revocation and expiry are judged at each request, so they end established connections too.
 */
export function requireAccess(app: FastifyInstance, parts: Parts, security: SecurityEvents): void {
  const proofs = new WeakMap<TLSSocket, Proof>();
  app.decorateRequest("peer", undefined);
  app.addHook("onRoute", (route) => {
    if (route.config?.access === undefined) throw new Error(`route ${route.url} does not say who may call it`);
  });
  app.addHook("onRequest", async (request) => {
    const access = request.routeOptions.config.access;
    if (access === "open" || request.is404) return;
    const socket = request.raw.socket as TLSSocket;
    const proof = proofs.get(socket) ?? proofOf(socket, parts);
    proofs.set(socket, proof);
    const refusal = judge(proof, access, parts);
    if (refusal !== undefined) {
      security.record(request, refusal, "identity" in proof ? proof.identity : undefined);
      throw refusal;
    }
    if ("identity" in proof) request.peer = proof.identity;
  });
}

/** The caller of a route that is not open. */
export function peerOf(request: FastifyRequest): CertificateIdentity {
  if (request.peer === undefined) throw refusals.certificateRequired();
  return request.peer;
}

function proofOf(socket: TLSSocket, parts: Parts): Proof {
  const certificate = socket.getPeerX509Certificate?.();
  if (certificate === undefined) return { problem: "missing" };
  if (!socket.authorized) return { problem: "foreign" };
  const identity = certificateIdentity(certificate);
  if (identity === undefined || identity.site !== parts.site) return { problem: "foreign" };
  // From here on the monotonic clock decides: a jump of the wall clock must not cut off a fleet.
  return { identity, expires: parts.clock.monotonic() + (identity.notAfter - parts.clock.now()) };
}

function judge(proof: Proof, access: Access | undefined, parts: Parts): RefusalError | undefined {
  if ("problem" in proof) return refusals.certificateRequired();
  const { identity, expires } = proof;
  const { revoked, identities } = parts.store.index;
  if (revoked.has(identity.serial)) return refusals.certificateRevoked();
  if (parts.clock.monotonic() > expires) return refusals.certificateExpired();
  if (identity.kind !== access) return refusals.forbidden(identity.kind);
  if (access !== "node") return undefined;
  const known = identities.get(identity.name)?.certificates.some(({ serial }) => serial === identity.serial);
  return known === true ? undefined : refusals.certificateRevoked();
}
