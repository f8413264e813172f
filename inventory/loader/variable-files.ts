import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { loadYamlWithPositions } from "../kernel/yaml.ts";
import { inventoryErrors } from "./errors.ts";
import type { RawVariables } from "./inventory.ts";
import type { VaultValues } from "./vault-values.ts";

const EXTENSIONS = ["", ".yml", ".yaml", ".json"];
const READ = /^[^.~].*(?:\.ya?ml|\.json)$|^[^.]+$/;

/** Variables of one file, which may be encrypted. An empty file has none. */
export async function readVariableFile(path: string, vault: VaultValues): Promise<RawVariables> {
  const text = await vault.file(await readFile(path, "utf8"), path);
  const { value } = loadYamlWithPositions(text, path);
  if (value === null) return new Map();
  if (!(value instanceof Map)) throw inventoryErrors.malformed(path, 1, "a file of variables is a mapping");
  await vault.prepare(value);
  return new Map([...value].map(([name, item]) => [String(name), item]));
}

/**
 * Variables of `name` under `folder/kind`: the file `name`, `name.yml` … and every file below the folder `name`, in order of
 * their names, later ones winning.
 */
export async function readVariableFiles(
  folder: string,
  kind: "group_vars" | "host_vars",
  name: string,
  vault: VaultValues,
): Promise<RawVariables> {
  const merged = new Map<string, unknown>();
  if (name.includes("/") || name === ".." || name === ".") return merged;
  for (const path of await variableFiles(join(folder, kind, name)))
    for (const [key, value] of await readVariableFile(path, vault)) merged.set(key, value);
  return merged;
}

async function variableFiles(base: string): Promise<string[]> {
  const found: string[] = [];
  for (const extension of EXTENSIONS) {
    const entry = await stat(base + extension).catch(() => undefined);
    if (entry?.isDirectory() === true && extension === "") found.push(...(await filesBelow(base)));
    else if (entry?.isFile() === true) found.push(base + extension);
  }
  return found;
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name.endsWith("~")) continue;
    const kind = await stat(path).catch(() => undefined);
    if (kind?.isDirectory() === true) found.push(...(await filesBelow(path)));
    else if (kind?.isFile() === true && READ.test(entry.name)) found.push(path);
  }
  return found;
}
