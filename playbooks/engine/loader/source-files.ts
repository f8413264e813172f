import { readFile, stat } from "node:fs/promises";
import { relative } from "node:path";
import { loadYamlWithPositions, type YamlPositions } from "#inventory/kernel/yaml.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Place } from "./problems.ts";

export interface SourceFile {
  readonly path: string;
  /** As messages name it: from the playbook's folder. */
  readonly shown: string;
  readonly value: unknown;
  /** Where a container or one key of it stands. */
  place(container?: unknown, key?: unknown): Place;
}

/** Reads a playbook's YAML files, each once. */
export class SourceFiles {
  readonly #root: string;
  readonly #vault: VaultValues;
  readonly #given: ReadonlyMap<string, string>;
  readonly #files = new Map<string, Promise<SourceFile>>();
  readonly #texts = new WeakMap<Promise<SourceFile>, ReadonlySet<string>>();

  /** `given`: texts of files that need not exist. */
  constructor(root: string, vault: VaultValues, given: ReadonlyMap<string, string> = new Map()) {
    this.#root = root;
    this.#vault = vault;
    this.#given = given;
  }

  /** Whether a text stands, as it is, as a value in one of the files read so far: a person wrote it. */
  async isWritten(text: string): Promise<boolean> {
    for (const file of this.#files.values()) {
      const { value } = await file;
      const known = this.#texts.get(file) ?? textsOf(value, new Set());
      this.#texts.set(file, known);
      if (known.has(text)) return true;
    }
    return false;
  }

  shown(path: string): string {
    const short = relative(this.#root, path);
    return short.startsWith("../../..") ? path : short;
  }

  async exists(path: string): Promise<boolean> {
    if (this.#given.has(path)) return true;
    return (await stat(path).catch(() => undefined))?.isFile() ?? false;
  }

  read(path: string): Promise<SourceFile> {
    let file = this.#files.get(path);
    if (file === undefined) {
      file = this.#read(path);
      this.#files.set(path, file);
    }
    return file;
  }

  async #read(path: string): Promise<SourceFile> {
    const shown = this.shown(path);
    const text = await this.#vault.file(this.#given.get(path) ?? (await readFile(path, "utf8")), shown);
    const { value, positions } = loadYamlWithPositions(text, shown);
    await this.#vault.prepare(value);
    return {
      path,
      shown,
      value,
      place: (container, key) => placeOf(positions, container, key, { file: shown, path }),
    };
  }
}

function placeOf(
  positions: YamlPositions,
  container: unknown,
  key: unknown,
  file: { readonly file: string; readonly path: string },
): Place {
  if (typeof container !== "object" || container === null) return { ...file, line: undefined };
  const isKnown = key !== undefined && positions.lineOf(container, key) !== undefined;
  const line = positions.lineOf(container, isKnown ? key : undefined);
  const column = positions.columnOf(container, isKnown ? key : undefined);
  return { ...file, line, ...(column === undefined ? {} : { column }) };
}

function textsOf(value: unknown, found: Set<string>): Set<string> {
  if (typeof value === "string") found.add(value);
  else if (Array.isArray(value)) for (const item of value) textsOf(item, found);
  else if (value instanceof Map) for (const item of value.values()) textsOf(item, found);
  return found;
}
