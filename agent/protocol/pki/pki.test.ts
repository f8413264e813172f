import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "#inventory/kernel/clock.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { type Authority, type Issuer, makeAuthority, openAuthority } from "./authority.ts";
import { makeKeyAndRequest } from "./certificate-request.ts";
import { certificateIdentity, renewalTime } from "./identity.ts";
import { issueNodeCertificate, issueOperatorCertificate, issueServerCertificate } from "./issue.ts";

const HOUR = 3600_000;
let authority: Authority;
let issuer: Issuer;
let folder: string;

beforeAll(async () => {
  authority = await makeAuthority("geneva");
  issuer = await openAuthority("geneva", authority);
  folder = mkdtempSync(join(tmpdir(), "pki-test-"));
  writeFileSync(join(folder, "authority.pem"), authority.certificate);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What `openssl verify` says of a certificate under the site's authority, by the strict rules of RFC 5280. */
function opensslVerdict(certificate: string, purpose: "sslclient" | "sslserver" | "any"): string {
  writeFileSync(join(folder, "leaf.pem"), certificate);
  try {
    const words = ["verify", "-x509_strict", "-purpose", purpose, "-CAfile", "authority.pem", "leaf.pem"];
    return execFileSync("openssl", words, { cwd: folder, encoding: "utf8", stdio: "pipe" }).trim();
  } catch (error) {
    return error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  }
}

describe("certificates", () => {
  it("satisfies openssl's strict verification, each for its own purpose only", async () => {
    const { csr } = makeKeyAndRequest("cpu-01");
    const node = await issueNodeCertificate(issuer, { node: "cpu-01", csr });
    const server = await issueServerCertificate(issuer, { host: "control.geneva.internal", addresses: ["10.0.0.1"] });
    const operator = await issueOperatorCertificate(issuer, { name: "bootstrap" });
    expect(opensslVerdict(authority.certificate, "any")).toBe("leaf.pem: OK");
    expect(opensslVerdict(node.certificate, "sslclient")).toBe("leaf.pem: OK");
    expect(opensslVerdict(operator.certificate, "sslclient")).toBe("leaf.pem: OK");
    expect(opensslVerdict(server.certificate, "sslserver")).toBe("leaf.pem: OK");
    expect(opensslVerdict(node.certificate, "sslserver")).toMatch(/unsuitable certificate purpose/);
    expect(opensslVerdict(server.certificate, "sslclient")).toMatch(/unsuitable certificate purpose/);
  });

  it("names the identity, 128 random bits of serial, and the agreed validity", async () => {
    const { csr, key } = makeKeyAndRequest("something-else");
    const before = Date.now();
    const issued = await issueNodeCertificate(issuer, { node: "cpu-01", csr });
    const parsed = new X509Certificate(issued.certificate);
    expect(certificateIdentity(parsed)).toMatchObject({ site: "geneva", kind: "node", name: "cpu-01" });
    expect(parsed.subject).toBe("O=geneva\nOU=node\nCN=cpu-01");
    expect(BigInt(`0x${issued.serial}`)).toBeGreaterThan(2n ** 128n);
    expect(issued.notAfter - issued.notBefore).toBeCloseTo(24 * HOUR + 5 * 60_000, -4);
    expect(issued.notBefore).toBeLessThanOrEqual(before - 5 * 60_000 + 1000);
    expect(renewalTime(issued) - issued.notBefore).toBeCloseTo(16 * HOUR, -6);
    expect(parsed.checkPrivateKey(createPrivateKey(key.reveal()))).toBe(true);
  });

  it("never outlives the authority", async () => {
    const late = { now: () => issuer.notAfter - HOUR, monotonic: systemClock.monotonic };
    const { csr } = makeKeyAndRequest("cpu-01");
    expect((await issueNodeCertificate(issuer, { node: "cpu-01", csr }, late)).notAfter).toBe(issuer.notAfter);
  });

  it("is confined to its site by the authority's name constraint", async () => {
    const straying = { ...issuer, site: "zurich" };
    const { csr } = makeKeyAndRequest("cpu-01");
    const issued = await issueNodeCertificate(straying, { node: "cpu-01", csr });
    expect(opensslVerdict(issued.certificate, "sslclient")).toMatch(/permitted subtree violation/);
  });
});

describe("requests", () => {
  it("are readable and self-consistent to openssl", () => {
    const { csr } = makeKeyAndRequest("cpu-01");
    writeFileSync(join(folder, "request.pem"), csr);
    const text = execFileSync("openssl", ["req", "-in", "request.pem", "-verify", "-noout", "-subject"], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
    expect(text).toMatch(/CN ?= ?cpu-01/);
  });

  it("are refused when the signature does not prove the key", async () => {
    const { csr } = makeKeyAndRequest("cpu-01");
    const bytes = Buffer.from(csr.replaceAll(/-----[A-Z ]+-----|\n/g, ""), "base64");
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
    await expect(issueNodeCertificate(issuer, { node: "cpu-01", csr: forged })).rejects.toMatchObject({
      code: "PKI_REQUEST_UNUSABLE",
    });
  });

  it.each(["", "garbage", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"])(
    "are refused when unreadable: %j",
    async (csr) => {
      await expect(issueNodeCertificate(issuer, { node: "cpu-01", csr })).rejects.toMatchObject({
        code: "PKI_REQUEST_UNUSABLE",
      });
    },
  );

  it("are refused for a key of another kind", async () => {
    execFileSync("openssl", ["genrsa", "-out", "rsa.pem", "2048"], { cwd: folder, stdio: "pipe" });
    const words = ["req", "-new", "-key", "rsa.pem", "-subj", "/CN=cpu-01"];
    const csr = execFileSync("openssl", words, { cwd: folder, encoding: "utf8", stdio: "pipe" });
    await expect(issueNodeCertificate(issuer, { node: "cpu-01", csr })).rejects.toMatchObject({
      code: "PKI_REQUEST_UNUSABLE",
    });
  });
});

describe("authorities", () => {
  it("are refused when the key belongs to another certificate", async () => {
    const other = await makeAuthority("geneva");
    await expect(openAuthority("geneva", { certificate: authority.certificate, key: other.key })).rejects.toMatchObject(
      { code: "PKI_AUTHORITY_UNUSABLE" },
    );
  });

  it("are refused when unreadable", async () => {
    await expect(openAuthority("geneva", { certificate: "x", key: new Secret("y") })).rejects.toMatchObject({
      code: "PKI_AUTHORITY_UNUSABLE",
    });
  });

  it("are not made for a name that cannot stand in a URI", async () => {
    await expect(makeAuthority("Lab Site/1")).rejects.toMatchObject({ code: "PKI_SITE_NAME_UNUSABLE" });
  });
});
