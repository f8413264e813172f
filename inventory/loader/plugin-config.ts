import { readData } from "./data-text.ts";
import { readSourceText } from "./source-files.ts";
import type { SourceReader } from "./source-reader.ts";
import type { VaultValues } from "./vault-values.ts";

/** The YAML file that configures a source kind: a mapping whose `plugin` names it. */
export async function readPluginConfig(
  source: SourceReader,
  vault: VaultValues,
  name: string,
): Promise<ReadonlyMap<unknown, unknown>> {
  const { value } = readData(await readSourceText(source.path, vault), source.path);
  if (!(value instanceof Map) || value.size === 0)
    throw source.problem(value instanceof Map || !value ? `${source.path} is empty` : "it should be a dictionary");
  const said: unknown = value.get("plugin");
  if (said !== name && said !== `ansible.builtin.${name}`)
    throw source.problem(`Incorrect plugin name in file: ${typeof said === "string" ? said : "none found"}`);
  await vault.prepare(value);
  return value;
}

/** A yes-or-no option as Ansible reads one. */
export function flag(value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === null) return fallback;
  if (typeof value === "boolean") return value;
  return value === 1 || (typeof value === "string" && /^(?:y|yes|on|1|true|t)$/i.test(value));
}
