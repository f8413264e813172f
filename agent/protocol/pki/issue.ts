import { createHash, type KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import { identityUri } from "../messages.ts";
import { CLOCK_ALLOWANCE, exportKey, type Issuer, randomSerial } from "./authority.ts";
import { requestUnusable } from "./errors.ts";
import { certificateIdentity, type IdentityKind } from "./identity.ts";
import { EC_ALGORITHM } from "./x509.ts";

export interface IssuedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** As {@link certificateIdentity} gives it. */
  readonly serial: string;
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface IssuedWithKey extends IssuedCertificate {
  /** PKCS #8 PEM. */
  readonly key: Secret;
}

const HOUR = 3600_000;
const YEAR = 365 * 24 * HOUR;

/**
 * A client certificate for `node`, from nothing in the request but its public key once its signature proves that the
 * sender holds the private one. Throws `PKI_REQUEST_UNUSABLE` for any other request.
 */
export async function issueNodeCertificate(
  issuer: Issuer,
  request: { readonly node: string; readonly csr: string; readonly lifetimeHours?: number },
  clock: Clock = systemClock,
): Promise<IssuedCertificate> {
  const publicKey = await provenKey(issuer, request.csr);
  const life = (request.lifetimeHours ?? 24) * HOUR;
  return issue(issuer, { kind: "node", name: request.node, publicKey, life, usage: "client" }, clock);
}

/** The control plane's own certificate for a year: a DNS name and the addresses it is reached at. */
export async function issueServerCertificate(
  issuer: Issuer,
  request: { readonly host: string; readonly addresses?: readonly string[]; readonly lifetimeHours?: number },
  clock: Clock = systemClock,
): Promise<IssuedWithKey> {
  const keys = await webcrypto.subtle.generateKey(EC_ALGORITHM, true, ["sign", "verify"]);
  const life = request.lifetimeHours === undefined ? YEAR : request.lifetimeHours * HOUR;
  const names = [request.host, ...(request.addresses ?? [])];
  const subject = { kind: "control-plane", name: request.host, publicKey: keys.publicKey, life, names } as const;
  const issued = await issue(issuer, { ...subject, usage: "server" }, clock);
  return { ...issued, key: await exportKey(keys.privateKey) };
}

/** A new certificate for the control plane's present key, with the names of its present certificate. */
export async function reissueServerCertificate(
  issuer: Issuer,
  present: string,
  publicKey: KeyObject,
  clock: Clock = systemClock,
): Promise<IssuedCertificate> {
  const names = (new X509Certificate(present).subjectAltName ?? "")
    .split(", ")
    .flatMap((name) => /^(?:DNS|IP Address):(.+)$/.exec(name)?.[1] ?? []);
  const key = await webcrypto.subtle.importKey(
    "spki",
    publicKey.export({ type: "spki", format: "der" }),
    EC_ALGORITHM,
    true,
    ["verify"],
  );
  const name = certificateIdentity(present)?.name ?? names[0] ?? issuer.site;
  const subject = { kind: "control-plane", name, publicKey: key, life: YEAR, names, usage: "server" } as const;
  return issue(issuer, subject, clock);
}

/** A client certificate for a person who operates the site, for a year. */
export async function issueOperatorCertificate(
  issuer: Issuer,
  request: { readonly name: string; readonly lifetimeHours?: number },
  clock: Clock = systemClock,
): Promise<IssuedWithKey> {
  const keys = await webcrypto.subtle.generateKey(EC_ALGORITHM, true, ["sign", "verify"]);
  const life = request.lifetimeHours === undefined ? YEAR : request.lifetimeHours * HOUR;
  const subject = { kind: "operator", name: request.name, publicKey: keys.publicKey, life, usage: "client" } as const;
  return { ...(await issue(issuer, subject, clock)), key: await exportKey(keys.privateKey) };
}

interface Subject {
  readonly kind: IdentityKind;
  readonly name: string;
  readonly publicKey: webcrypto.CryptoKey;
  /** Milliseconds. */
  readonly life: number;
  readonly usage: "client" | "server";
  /** DNS names and IP addresses besides the identity. */
  readonly names?: readonly string[];
}

async function issue(issuer: Issuer, subject: Subject, clock: Clock): Promise<IssuedCertificate> {
  const { x509 } = issuer;
  const names = (subject.names ?? []).map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value }) as const);
  const purpose = subject.usage === "client" ? x509.ExtendedKeyUsage.clientAuth : x509.ExtendedKeyUsage.serverAuth;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    issuer: issuer.subject,
    subject: [{ O: [issuer.site] }, { OU: [subject.kind] }, { CN: [subject.name.slice(0, 64)] }],
    notBefore: new Date(clock.now() - CLOCK_ALLOWANCE),
    notAfter: new Date(Math.min(clock.now() + subject.life, issuer.notAfter)),
    publicKey: subject.publicKey,
    signingKey: issuer.signingKey,
    signingAlgorithm: EC_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([purpose], true),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.keyIdentifier),
      await x509.SubjectKeyIdentifierExtension.create(subject.publicKey),
      new x509.SubjectAlternativeNameExtension([
        { type: "url", value: identityUri(issuer.site, subject.kind, subject.name) },
        ...names,
      ]),
    ],
  });
  const pem = `${certificate.toString("pem")}\n`;
  const identity = certificateIdentity(pem);
  if (identity === undefined) throw requestUnusable(`${JSON.stringify(subject.name)} cannot be an identity`);
  const { serial, fingerprint, notBefore, notAfter } = identity;
  return { certificate: pem, serial, fingerprint, notBefore, notAfter };
}

/**
 * SHA-256 of the public key (its SubjectPublicKeyInfo in DER), hexadecimal, that the request proves to hold the private
 * one of. Throws `PKI_REQUEST_UNUSABLE` unless {@link issueNodeCertificate} would accept the request.
 */
export async function proveRequest(issuer: Issuer, csr: string): Promise<string> {
  const key = await webcrypto.subtle.exportKey("spki", await provenKey(issuer, csr));
  return createHash("sha256").update(Buffer.from(key)).digest("hex");
}

async function provenKey(issuer: Issuer, csr: string): Promise<webcrypto.CryptoKey> {
  const { x509 } = issuer;
  try {
    const request = new x509.Pkcs10CertificateRequest(csr);
    // Importing as P-256 refuses every other kind of key.
    const key = await request.publicKey.export(EC_ALGORITHM, ["verify"]);
    if (await request.verify()) return key;
  } catch (cause) {
    throw requestUnusable("it cannot be read, or its key is not ECDSA P-256", cause);
  }
  throw requestUnusable("its signature does not prove possession of the key");
}
