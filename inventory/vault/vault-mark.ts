import { open } from "node:fs/promises";

/** What every file begins with that ansible-vault encrypted as a whole, whatever its version. */
export const VAULT_MARK = "$ANSIBLE_VAULT;";

/** Whether bytes are those of such a file. */
export function hasVaultMark(content: Buffer): boolean {
  return content.subarray(0, VAULT_MARK.length).equals(Buffer.from(VAULT_MARK));
}

/** Whether a file of this machine is one; only its beginning is read. Rejects as `open` does. */
export async function isVaultFile(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(VAULT_MARK.length), 0, VAULT_MARK.length, 0);
    return hasVaultMark(buffer);
  } finally {
    await file.close();
  }
}
