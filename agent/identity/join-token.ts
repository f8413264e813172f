import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { readFileIfThere, syncDirectory } from "#inventory/kernel/files.ts";
import { Secret } from "#inventory/kernel/secret.ts";

/** The single-use token waiting at `path`; undefined when there is none. Surrounding blanks do not count. */
export async function readJoinToken(path: string): Promise<Secret | undefined> {
  const text = (await readFileIfThere(path))?.trim();
  return text === undefined || text === "" ? undefined : new Secret(text);
}

/** Removes a token that was used, so that it is gone after a power loss too. */
export async function removeJoinToken(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}
