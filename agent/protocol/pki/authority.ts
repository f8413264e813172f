import { randomBytes, webcrypto, X509Certificate } from "node:crypto";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { authorityUnusable, siteNameUnusable } from "./errors.ts";
import { EC_ALGORITHM, loadX509, type X509 } from "./x509.ts";

/** A site's certificate authority as it is stored: the key in the vault and, mode 0400, on the control-plane host. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 PEM. */
  readonly key: Secret;
}

/** An authority ready to sign. */
export interface Issuer {
  readonly site: string;
  readonly certificate: string;
  readonly x509: X509;
  readonly subject: string;
  readonly signingKey: webcrypto.CryptoKey;
  readonly keyIdentifier: webcrypto.CryptoKey;
  /** Milliseconds since the epoch; nothing issued outlives it. */
  readonly notAfter: number;
}

const DAY = 24 * 3600_000;
/** Clocks of bare metal are off before the first time sync: every certificate begins this much earlier. */
export const CLOCK_ALLOWANCE = 5 * 60_000;
const AUTHORITY_LIFE = 3652 * DAY;

/**
 * A new certificate authority for `site`: ECDSA P-256, ten years, no authority below it (path length 0), and a critical
 * name constraint that confines the identities it may issue to `bdap://<site>/…`.
 * Throws `PKI_SITE_NAME_UNUSABLE` when the site's name is not a lower-case DNS label.
 */
export async function makeAuthority(site: string, clock: Clock = systemClock): Promise<Authority> {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(site)) throw siteNameUnusable(site);
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(EC_ALGORITHM, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: [{ O: [site] }, { CN: [`${site} authority`] }],
    notBefore: new Date(clock.now() - CLOCK_ALLOWANCE),
    notAfter: new Date(clock.now() + AUTHORITY_LIFE),
    signingAlgorithm: EC_ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.Extension("2.5.29.30", true, uriConstraint(site)),
    ],
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: await exportKey(keys.privateKey),
  };
}

/** Makes a stored authority ready to sign. Throws `PKI_AUTHORITY_UNUSABLE` when its parts do not fit together. */
export async function openAuthority(site: string, authority: Authority): Promise<Issuer> {
  const x509 = await loadX509();
  let parsed: X509Certificate;
  let signingKey: webcrypto.CryptoKey;
  try {
    parsed = new X509Certificate(authority.certificate);
    const der = x509.PemConverter.decodeFirst(authority.key.reveal());
    signingKey = await webcrypto.subtle.importKey("pkcs8", der, EC_ALGORITHM, false, ["sign"]);
  } catch (cause) {
    throw authorityUnusable("its certificate or key cannot be read", cause);
  }
  const certificate = new x509.X509Certificate(parsed.raw);
  const publicKey = await certificate.publicKey.export(EC_ALGORITHM, ["verify"]);
  const challenge = randomBytes(32);
  const signature = await webcrypto.subtle.sign(EC_ALGORITHM, signingKey, challenge);
  if (!(await webcrypto.subtle.verify(EC_ALGORITHM, publicKey, signature, challenge))) {
    throw authorityUnusable("its key does not belong to its certificate");
  }
  if (!parsed.ca) throw authorityUnusable("its certificate is not an authority's");
  return {
    site,
    certificate: authority.certificate,
    x509,
    subject: certificate.subject,
    signingKey,
    keyIdentifier: publicKey,
    notAfter: parsed.validToDate.getTime(),
  };
}

/** 128 random bits as a positive number without leading zeros (RFC 5280, 4.1.2.2 allows 20 octets). */
export function randomSerial(): string {
  const bytes = randomBytes(17);
  bytes[0] = 0x01;
  return bytes.toString("hex");
}

export async function exportKey(key: webcrypto.CryptoKey): Promise<Secret> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return new Secret(`-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`);
}

/** NameConstraints (RFC 5280, 4.2.1.10) with one permitted subtree: URIs whose host is `host`. */
function uriConstraint(host: string): Buffer {
  const tagged = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  const subtree = tagged(0x30, tagged(0x86, Buffer.from(host, "ascii")));
  return tagged(0x30, tagged(0xa0, subtree));
}
