import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readVariableFile } from "#inventory/loader/variable-files.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";

/** A role's `defaults` or `vars`: the file `main` (or another), or every file of a folder of that name. */
export async function readVariableFiles(
  role: string,
  kind: "defaults" | "vars",
  name: string,
  vault: VaultValues,
): Promise<ReadonlyMap<string, unknown>> {
  const merged = new Map<string, unknown>();
  const add = async (path: string) => {
    for (const [key, value] of await readVariableFile(path, vault)) merged.set(key, value);
  };
  for (const extension of ["", ".yml", ".yaml", ".json"]) {
    const path = join(role, kind, name + extension);
    const entry = await stat(path).catch(() => undefined);
    if (entry?.isFile() === true) {
      await add(path);
      break;
    }
    if (entry?.isDirectory() === true) {
      for (const file of (await readdir(path)).sort()) if (/\.(ya?ml|json)$/.test(file)) await add(join(path, file));
      break;
    }
  }
  return merged;
}
