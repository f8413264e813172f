import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { VAULT_MARK } from "#inventory/vault/vault-mark.ts";
import { ExpressionError } from "../errors.ts";
import type { PluginContext } from "../filters/plugin.ts";
import { decryptVaultText } from "../filters/vault.ts";
import { pythonString } from "../values.ts";

/** Folders a relative path on the controller is looked for in, nearest first. */
export function searchPath(context: PluginContext): string[] {
  const known = context.scope.get("ansible_search_path");
  if (Array.isArray(known)) return known.map(pythonString);
  const { playbookFolder } = context.templar.options;
  return playbookFolder === undefined ? [] : [playbookFolder];
}

/** The path of a file on the controller, looked for in `kind` folders and beside them; undefined when there is none. */
export function findLocal(name: string, kind: string, context: PluginContext): string | undefined {
  const candidates = isAbsolute(name)
    ? [name]
    : searchPath(context).flatMap((folder) => [...(kind === "" ? [] : [join(folder, kind, name)]), join(folder, name)]);
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

/** The text of a file, decrypted where it is a vault. Raises ExpressionError. */
export function readText(path: string, shown: string, context: PluginContext): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new ExpressionError(`Unable to access the file '${shown}'.`, { cause: error });
  }
  return text.startsWith(VAULT_MARK) ? decryptVaultText(text, context.templar.options.vaultSecrets ?? []) : text;
}
