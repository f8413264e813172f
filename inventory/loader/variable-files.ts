import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { systemCodeOf } from "../kernel/errors.ts";
import { readData } from "./data-text.ts";
import { inventoryErrors } from "./errors.ts";
import type { RawVariables } from "./inventory.ts";
import { type HashBehaviour, mergeInto } from "./merge.ts";
import type { VaultValues } from "./vault-values.ts";

const EXTENSIONS = [".yml", ".yaml", ".json"];

export type VariableKind = "group_vars" | "host_vars";

/** Variables of one file, which may be encrypted. An empty file has none. */
export async function readVariableFile(path: string, vault: VaultValues): Promise<RawVariables> {
  const text = await vault.file(await readFile(path, "utf8"), path);
  const { value } = readData(text, path);
  if (value === null || value === false || value === "" || value === 0) return new Map();
  if (Array.isArray(value) && value.length === 0) return new Map();
  if (!(value instanceof Map)) throw inventoryErrors.malformed(path, 1, "a file of variables is a mapping");
  await vault.prepare(value);
  return new Map([...value].map(([name, item]) => [String(name), item]));
}

export interface VariableFileRules {
  readonly vault: VaultValues;
  readonly extensions?: readonly string[];
  readonly hashBehaviour?: HashBehaviour;
  readonly warn?: (text: string) => void;
}

/** The files in group_vars/ and host_vars/ of any folder; each folder is listed once, each file read once. */
export class VariableFiles {
  readonly #rules: VariableFileRules;
  readonly #extensions: readonly string[];
  readonly #listings = new Map<string, Promise<ReadonlySet<string>>>();
  readonly #known = new Map<string, Promise<RawVariables>>();

  constructor(rules: VariableFileRules) {
    this.#rules = rules;
    this.#extensions = rules.extensions ?? EXTENSIONS;
  }

  /**
   * Variables of a group or host beside a source: those of `folder/kind/name`, else of `name.yml` …, the first there is; of a
   * folder all files below it in order of their names, later ones winning.
   */
  async of(folder: string, kind: VariableKind, name: string): Promise<RawVariables> {
    const place = join(folder, kind);
    if (name.includes("/") || name === ".." || name === ".") return NONE;
    const listing = await this.#listing(place);
    if (listing.size === 0) return NONE;
    const entry = ["", ...this.#extensions].map((extension) => name + extension).find((file) => listing.has(file));
    if (entry === undefined) return NONE;
    const path = join(place, entry);
    let known = this.#known.get(path);
    if (known === undefined) {
      known = this.#read(path);
      this.#known.set(path, known);
    }
    return known;
  }

  #listing(place: string): Promise<ReadonlySet<string>> {
    let listing = this.#listings.get(place);
    if (listing === undefined) {
      listing = this.#list(place);
      this.#listings.set(place, listing);
    }
    return listing;
  }

  async #list(place: string): Promise<ReadonlySet<string>> {
    try {
      return new Set(await readdir(await realpath(place)));
    } catch (error) {
      if (systemCodeOf(error) === "ENOTDIR") {
        const kind = place.endsWith("group_vars") ? "group_vars" : "host_vars";
        this.#rules.warn?.(`Found ${kind} that is not a directory, skipping: ${place}`);
      } else if (systemCodeOf(error) !== "ENOENT") throw error;
      return new Set();
    }
  }

  async #read(path: string): Promise<RawVariables> {
    const found = new Map<string, unknown>();
    const files = (await stat(path)).isDirectory() ? await this.#filesBelow(path) : [path];
    for (const file of files)
      mergeInto(found, await readVariableFile(file, this.#rules.vault), this.#rules.hashBehaviour ?? "replace");
    return found;
  }

  async #filesBelow(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const name of (await readdir(folder)).sort()) {
      if (name.startsWith(".") || name.endsWith("~")) continue;
      const path = join(folder, name);
      const extension = extname(name);
      const entry = await stat(path).catch(() => undefined);
      if (entry?.isDirectory() === true && extension === "") found.push(...(await this.#filesBelow(path)));
      else if (entry?.isFile() === true && ["", ...this.#extensions].includes(extension)) found.push(path);
    }
    return found;
  }
}

const NONE: RawVariables = new Map();
