import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Issuer } from "#agent/protocol/pki/authority.ts";
import { certificateIdentity, renewalTime } from "#agent/protocol/pki/identity.ts";
import { reissueServerCertificate } from "#agent/protocol/pki/issue.ts";
import type { Clock } from "#inventory/kernel/clock.ts";
import type { ServerIdentity } from "./app.ts";
import type { LoadedConfiguration } from "./configuration.ts";

/**
 * The certificate to serve with: the configured one, or past two thirds of its life one issued anew for the same key
 * and names. The control plane holds the site's authority, so its own certificate need never run out unattended.
 */
export async function currentServerIdentity(
  loaded: LoadedConfiguration,
  issuer: Issuer,
  clock: Clock,
): Promise<ServerIdentity> {
  const served = { certificate: loaded.certificate, key: loaded.key, authority: loaded.authorityCertificate };
  const identity = certificateIdentity(loaded.certificate);
  if (identity !== undefined && clock.now() < renewalTime(identity)) return served;
  const publicKey = createPublicKey(createPrivateKey(loaded.key.reveal()));
  const { certificate } = await reissueServerCertificate(issuer, loaded.certificate, publicKey, clock);
  return { ...served, certificate };
}
