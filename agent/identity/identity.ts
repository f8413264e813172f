import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { identityDamaged } from "../errors.ts";
import { certificateIdentity } from "../protocol/pki/identity.ts";

/** Who this node is to the control plane. */
export interface NodeIdentity {
  /** PKCS #8 PEM; made here, never sent. */
  readonly key: Secret;
  /** PEM. */
  readonly certificate: string;
  readonly site: string;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Key and certificate lie in one file, so that a crash leaves the old pair or the new one, never half of each. */
export function identityPath(stateDirectory: string): string {
  return join(stateDirectory, "identity.pem");
}

/**
 * The identity kept in the state directory; undefined before the first join. Throws `AGENT_IDENTITY_DAMAGED` when what
 * lies there is not a key with its own certificate.
 */
export async function loadIdentity(stateDirectory: string): Promise<NodeIdentity | undefined> {
  const path = identityPath(stateDirectory);
  const text = await readFileIfThere(path);
  if (text === undefined) return undefined;
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n?/.exec(text)?.[0];
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/.exec(text)?.[0];
  if (key === undefined || certificate === undefined) throw identityDamaged(path, "a part of it is missing");
  return identityFrom(new Secret(key), certificate, path);
}

/** Keeps the identity, mode 0600, so that it survives a crash or power loss. */
export async function storeIdentity(stateDirectory: string, identity: NodeIdentity): Promise<void> {
  await writeFileDurably(identityPath(stateDirectory), `${identity.key.reveal()}${identity.certificate}`, 0o600);
}

/** A key and the certificate issued for it. Throws `AGENT_IDENTITY_DAMAGED` when they do not belong together. */
export function identityFrom(key: Secret, certificate: string, where: string): NodeIdentity {
  let parsed: X509Certificate;
  let matches: boolean;
  try {
    parsed = new X509Certificate(certificate);
    matches = parsed.checkPrivateKey(createPrivateKey(key.reveal()));
  } catch (error) {
    throw identityDamaged(where, messageOf(error));
  }
  if (!matches) throw identityDamaged(where, "the certificate is for another key");
  const named = certificateIdentity(parsed);
  if (named?.kind !== "node") throw identityDamaged(where, "the certificate names no node");
  const { site, name, notBefore, notAfter } = named;
  return { key, certificate, site, node: name, notBefore, notAfter };
}
