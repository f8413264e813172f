import type { Certificates } from "#agent/protocol/messages.ts";
import type { CertificateIdentity } from "#agent/protocol/pki/identity.ts";
import { issueNodeCertificate } from "#agent/protocol/pki/issue.ts";
import { refusals } from "../../errors.ts";
import type { Parts } from "../../parts.ts";
import { recordRenewal } from "../../store/changes.ts";
import { asRefusal } from "./join.ts";

/** A new certificate for a node that proved who it is with a valid one, which must still be valid when the new one is recorded. */
export async function renewCertificate(parts: Parts, peer: CertificateIdentity, csr: string): Promise<Certificates> {
  const { store, issuer, clock } = parts;
  const node = peer.name;
  const lifetimeHours = parts.settings.certificateHours;
  const issued = await issueNodeCertificate(issuer, { node, csr, lifetimeHours }, clock).catch(asRefusal);
  const certificate = { serial: issued.serial, notAfter: issued.notAfter };
  // Between the look at the caller's certificate and this moment it may have been revoked: then it renews nothing.
  const recorded = await store.update((state) => {
    const next = recordRenewal(state, { node, presented: peer.serial, certificate }, clock.now());
    return { state: next, result: next !== state };
  });
  if (!recorded) throw refusals.certificateRevoked();
  return {
    certificate: issued.certificate,
    authority: issuer.certificate,
    notAfter: new Date(issued.notAfter).toISOString(),
    intervalSeconds: parts.settings.heartbeatSeconds,
  };
}
