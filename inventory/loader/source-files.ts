import { access, constants, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { VaultValues } from "./vault-values.ts";

/** Whether this process may do that with a file. */
export async function mayAccess(path: string, what: "read" | "execute"): Promise<boolean> {
  try {
    await access(path, what === "read" ? constants.R_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a source can be read and ends in one of these extensions, `""` being none. */
export async function isReadableWith(path: string, extensions: readonly string[]): Promise<boolean> {
  return extensions.includes(extname(path)) && (await mayAccess(path, "read"));
}

/** The text of a source, opened where ansible-vault locked it. */
export async function readSourceText(path: string, vault: VaultValues): Promise<string> {
  return vault.file(await readFile(path, "utf8"), path);
}
