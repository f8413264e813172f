import { rm } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { KeyAndRequest } from "../protocol/pki/certificate-request.ts";

/** Three parts, one after another: the token's fingerprint, the key, the request. */
function pendingJoinPath(stateDirectory: string): string {
  return join(stateDirectory, "pending-join.pem");
}

/** Key and request with which the token of this fingerprint was tried; undefined when there are none, or only half of them. */
export async function loadPendingJoin(stateDirectory: string, fingerprint: string): Promise<KeyAndRequest | undefined> {
  const text = await readFileIfThere(pendingJoinPath(stateDirectory)).catch(() => undefined);
  if (text === undefined || !text.startsWith(`${fingerprint}\n`)) return undefined;
  const key = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n/.exec(text)?.[0];
  const csr = /-----BEGIN CERTIFICATE REQUEST-----[^-]+-----END CERTIFICATE REQUEST-----\n/.exec(text)?.[0];
  return key === undefined || csr === undefined ? undefined : { key: new Secret(key), csr };
}

/** Keeps key and request for the token, mode 0600, in place of those of an earlier one. */
export async function storePendingJoin(
  stateDirectory: string,
  fingerprint: string,
  { key, csr }: KeyAndRequest,
): Promise<void> {
  await writeFileDurably(pendingJoinPath(stateDirectory), `${fingerprint}\n${key.reveal()}${csr}`, 0o600);
}

/** Once the node is in, or the token is given up. */
export async function forgetPendingJoin(stateDirectory: string): Promise<void> {
  await rm(pendingJoinPath(stateDirectory), { force: true });
}
