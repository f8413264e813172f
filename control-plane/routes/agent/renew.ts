import type { Certificates } from "#agent/protocol/messages.ts";
import { issueNodeCertificate } from "#agent/protocol/pki/issue.ts";
import type { Parts } from "../../parts.ts";
import { recordRenewal } from "../../store/changes.ts";
import { asRefusal } from "./join.ts";

/** A new certificate for a node that proved who it is with a valid one. */
export async function renewCertificate(parts: Parts, node: string, csr: string): Promise<Certificates> {
  const { store, issuer, clock } = parts;
  const lifetimeHours = parts.settings.certificateHours;
  const issued = await issueNodeCertificate(issuer, { node, csr, lifetimeHours }, clock).catch(asRefusal);
  const certificate = { serial: issued.serial, notAfter: issued.notAfter };
  await store.update((state) => ({ state: recordRenewal(state, node, certificate, clock.now()), result: undefined }));
  return {
    certificate: issued.certificate,
    authority: issuer.certificate,
    notAfter: new Date(issued.notAfter).toISOString(),
    intervalSeconds: parts.settings.heartbeatSeconds,
  };
}
