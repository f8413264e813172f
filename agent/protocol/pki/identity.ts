import { X509Certificate } from "node:crypto";
import { identityUri } from "../messages.ts";

export type IdentityKind = "node" | "operator" | "control-plane";

/** Who a certificate speaks for, and how it is told from others. */
export interface CertificateIdentity {
  readonly site: string;
  readonly kind: IdentityKind;
  readonly name: string;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * The identity in a certificate of this site's authority, or undefined when it names none or more than one. Does not
 * verify the signature: TLS or the caller has done so.
 */
export function certificateIdentity(certificate: string | Buffer | X509Certificate): CertificateIdentity | undefined {
  const parsed = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate);
  const uris = (parsed.subjectAltName ?? "")
    .split(", ")
    .filter((name) => name.startsWith("URI:"))
    .map((name) => name.slice("URI:".length));
  const [uri] = uris;
  if (uri === undefined || uris.length !== 1) return undefined;
  const match = /^bdap:\/\/([a-z0-9-]{1,63})\/(node|operator|control-plane)\/([A-Za-z0-9._-]{1,255})$/.exec(uri);
  const [, site, kind, name] = match ?? [];
  if (site === undefined || name === undefined || !isKind(kind)) return undefined;
  if (identityUri(site, kind, name) !== uri) return undefined;
  return {
    site,
    kind,
    name,
    serial: normalSerial(parsed.serialNumber),
    fingerprint: certificateFingerprint(parsed),
    notBefore: parsed.validFromDate.getTime(),
    notAfter: parsed.validToDate.getTime(),
  };
}

/** SHA-256 of the certificate's DER, lower-case hexadecimal. */
export function certificateFingerprint(certificate: string | Buffer | X509Certificate): string {
  const parsed = certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate);
  return parsed.fingerprint256.replaceAll(":", "").toLowerCase();
}

/** When to ask for the next certificate: after two thirds of this one's life, milliseconds since the epoch. */
export function renewalTime(identity: Pick<CertificateIdentity, "notBefore" | "notAfter">): number {
  return identity.notBefore + ((identity.notAfter - identity.notBefore) * 2) / 3;
}

/** A serial number as it is compared and stored. */
export function normalSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, "");
}

function isKind(kind: string | undefined): kind is IdentityKind {
  return kind === "node" || kind === "operator" || kind === "control-plane";
}
