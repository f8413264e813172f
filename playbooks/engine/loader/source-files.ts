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

  /** `given`: texts of files that need not exist. */
  constructor(root: string, vault: VaultValues, given: ReadonlyMap<string, string> = new Map()) {
    this.#root = root;
    this.#vault = vault;
    this.#given = given;
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
