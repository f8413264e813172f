import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Secret } from "#inventory/kernel/secret.ts";

export interface KeyAndRequest {
  /** PKCS #8 PEM. It never leaves the machine that made it. */
  readonly key: Secret;
  /** PKCS #10 request in PEM, signed by the key. */
  readonly csr: string;
}

/**
 * A new ECDSA P-256 key and a certificate request for it (RFC 2986). Encoded here and not with the X.509 library,
 * because agents make one every sixteen hours and the library would double their memory.
 */
export function makeKeyAndRequest(commonName: string): KeyAndRequest {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    key: new Secret(privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    csr: certificateRequest(commonName, privateKey, publicKey),
  };
}

function certificateRequest(commonName: string, privateKey: KeyObject, publicKey: KeyObject): string {
  const subject = sequence(der(0x31, sequence(OID_COMMON_NAME, der(0x0c, Buffer.from(commonName, "utf8")))));
  const info = sequence(
    Buffer.from([0x02, 0x01, 0x00]),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa0, Buffer.alloc(0)),
  );
  const signature = sign("sha256", info, privateKey);
  const request = sequence(info, sequence(OID_ECDSA_SHA256), der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = request.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join("\n")}\n-----END CERTIFICATE REQUEST-----\n`;
}

// 2.5.4.3 and 1.2.840.10045.4.3.2, encoded.
const OID_COMMON_NAME = Buffer.from("0603550403", "hex");
const OID_ECDSA_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function der(tag: number, content: Buffer): Buffer {
  const length = content.length;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}
