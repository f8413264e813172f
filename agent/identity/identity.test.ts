import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeAuthority, openAuthority } from "../protocol/pki/authority.ts";
import { makeKeyAndRequest } from "../protocol/pki/certificate-request.ts";
import { issueNodeCertificate } from "../protocol/pki/issue.ts";
import { identityFrom, identityPath, loadIdentity, storeIdentity } from "./identity.ts";
import { readJoinToken, removeJoinToken } from "./join-token.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function issued() {
  const issuer = await openAuthority("geneva", await makeAuthority("geneva"));
  const request = makeKeyAndRequest("cpu1");
  const { certificate } = await issueNodeCertificate(issuer, { node: "cpu1", csr: request.csr });
  return { key: request.key, certificate };
}

describe("an identity", () => {
  it("is none before the first join, and the same after it is stored", async () => {
    expect(await loadIdentity(folder)).toBeUndefined();
    const { key, certificate } = await issued();
    await storeIdentity(folder, identityFrom(key, certificate, "here"));
    const loaded = await loadIdentity(folder);
    expect(loaded).toMatchObject({ site: "geneva", node: "cpu1", certificate });
    expect(loaded?.key.reveal()).toBe(key.reveal());
  });

  it("is refused when key and certificate do not belong together", async () => {
    const { certificate } = await issued();
    expect(() => identityFrom(makeKeyAndRequest("cpu1").key, certificate, "here")).toThrow("another key");
  });

  it.each([
    "",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  ])("is refused when it is damaged (%#)", async (text) => {
    await writeFile(identityPath(folder), text);
    await expect(loadIdentity(folder)).rejects.toMatchObject({ code: "AGENT_IDENTITY_DAMAGED" });
  });
});

describe("a join token", () => {
  it("is read without blanks, never printed, and removed", async () => {
    const path = join(folder, "join-token");
    expect(await readJoinToken(path)).toBeUndefined();
    await writeFile(path, "  \n");
    expect(await readJoinToken(path)).toBeUndefined();
    await writeFile(path, " secret-token \n");
    const token = await readJoinToken(path);
    expect(token?.reveal()).toBe("secret-token");
    expect(`${token}`).not.toContain("secret");
    await removeJoinToken(path);
    expect(await readJoinToken(path)).toBeUndefined();
  });
});
