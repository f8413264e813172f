import { makeAuthority, openAuthority } from "#agent/protocol/pki/authority.ts";
import { certificateIdentity } from "#agent/protocol/pki/identity.ts";
import { issueOperatorCertificate, issueServerCertificate } from "#agent/protocol/pki/issue.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import { nodesOf } from "../plan-nodes.ts";

/** Names of the entries that the installer keeps in the site's vault. Certificates are no secrets, but belong to their keys. */
export type CredentialName =
  | "authority_certificate"
  | "authority_key"
  | "server_certificate"
  | "server_key"
  | "operator_certificate"
  | "operator_key";

export type Credentials = Readonly<Record<CredentialName, Secret>>;

const RENEW_BEFORE = 30 * 24 * 3600_000;

/**
 * What the vault's `entries` lack or hold too old, newly made: an authority once for ever, the control plane's and the
 * operator's certificates when they name another host, end within 30 days, or were signed by another authority. Empty
 * when nothing is missing.
 */
export async function missingCredentials(
  entries: ReadonlyMap<string, Secret>,
  plan: Plan,
  clock: Clock,
): Promise<Partial<Credentials>> {
  const made: { -readonly [name in CredentialName]?: Secret } = {};
  let certificate = entries.get("authority_certificate");
  let key = entries.get("authority_key");
  const fresh = certificate === undefined || key === undefined;
  if (certificate === undefined || key === undefined) {
    const authority = await makeAuthority(plan.site, clock);
    certificate = new Secret(authority.certificate);
    key = authority.key;
    made.authority_certificate = certificate;
    made.authority_key = key;
  }
  const issuer = await openAuthority(plan.site, { certificate: certificate.reveal(), key });
  const server = controlPlaneHost(plan);
  if (fresh || needsRenewal(entries.get("server_certificate"), server.host, clock)) {
    const issued = await issueServerCertificate(issuer, { host: server.host, addresses: [server.address] }, clock);
    made.server_certificate = new Secret(issued.certificate);
    made.server_key = issued.key;
  }
  if (fresh || needsRenewal(entries.get("operator_certificate"), "installer", clock)) {
    const issued = await issueOperatorCertificate(issuer, { name: "installer" }, clock);
    made.operator_certificate = new Secret(issued.certificate);
    made.operator_key = issued.key;
  }
  return made;
}

function needsRenewal(certificate: Secret | undefined, name: string, clock: Clock): boolean {
  if (certificate === undefined) return true;
  const identity = certificateIdentity(certificate.reveal());
  return identity === undefined || identity.name !== name || identity.notAfter - clock.now() < RENEW_BEFORE;
}

function controlPlaneHost(plan: Plan): { readonly host: string; readonly address: string } {
  const [name] = nodesOf(plan, "control-plane");
  const node = plan.nodes.find((candidate) => candidate.name === name);
  return { host: `${name}.${plan.domain}`, address: node?.address ?? "127.0.0.1" };
}
