import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { ApplianceError } from "../kernel/errors.ts";
import { loadYamlWithPositions } from "../kernel/yaml.ts";
import { InventoryBuilder } from "./builder.ts";
import { inventoryErrors } from "./errors.ts";
import { parseHostName } from "./host-range.ts";
import { readIniSource } from "./ini-source.ts";
import type { Inventory } from "./inventory.ts";
import type { VaultValues } from "./vault-values.ts";
import { readYamlSource } from "./yaml-source.ts";

/** Names in a folder of sources that are no sources. */
const IGNORED = /~$|^\.|\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry|csv)$/;
const NO_SOURCES = new Set(["group_vars", "host_vars", "vars_plugins"]);

/**
 * Reads inventory files and folders, in order, into one inventory. A source with a comma in it and no such file is a list of
 * hosts. Throws `INVENTORY_SOURCE_NOT_FOUND`, `INVENTORY_SOURCE_MALFORMED` and `KERNEL_YAML_UNPARSABLE`, with file and line.
 */
export async function loadInventory(sources: readonly string[], vault: VaultValues): Promise<Inventory> {
  const builder = new InventoryBuilder();
  const folders: string[] = [];
  for (const source of sources) {
    if (source.includes(",")) {
      for (const host of source.split(",").map((part) => part.trim())) {
        if (host !== "") for (const name of parseHostName(host, source).names) builder.addHost(name, "ungrouped");
      }
      continue;
    }
    const path = resolve(source);
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) throw inventoryErrors.notFound(source);
    if (entry.isDirectory()) await readFolder(path, builder, vault);
    else await readSource(path, builder, vault);
    const folder = entry.isDirectory() ? path : dirname(path);
    if (!folders.includes(folder)) folders.push(folder);
  }
  return builder.build(folders, sources);
}

async function readFolder(folder: string, builder: InventoryBuilder, vault: VaultValues): Promise<void> {
  for (const name of (await readdir(folder)).sort()) {
    if (IGNORED.test(name) || NO_SOURCES.has(name)) continue;
    const path = join(folder, name);
    const entry = await stat(path);
    if (entry.isDirectory()) await readFolder(path, builder, vault);
    else await readSource(path, builder, vault);
  }
}

async function readSource(path: string, builder: InventoryBuilder, vault: VaultValues): Promise<void> {
  const text = await vault.file(await readFile(path, "utf8"), path);
  const isYamlName = [".yml", ".yaml", ".json"].includes(extname(path));
  if (isYamlName || /^---/.test(text)) return readYaml(text, path, builder, vault);
  try {
    readIniSource(text, path, builder);
  } catch (error) {
    if (!(error instanceof ApplianceError) || !/^[\w-]+:\s*$/m.test(text)) throw error;
    await readYaml(text, path, builder, vault);
  }
}

async function readYaml(text: string, path: string, builder: InventoryBuilder, vault: VaultValues): Promise<void> {
  const { value, positions } = loadYamlWithPositions(text, path);
  if (value === null) return;
  await vault.prepare(value);
  readYamlSource(value, positions, path, builder);
}
