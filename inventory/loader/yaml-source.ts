import type { YamlPositions } from "../kernel/yaml.ts";
import { readData } from "./data-text.ts";
import { readHostEntry } from "./host-range.ts";
import type { InventoryData } from "./inventory-data.ts";
import { isReadableWith, readSourceText } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";
import type { VaultValues } from "./vault-values.ts";

const MAX_DEPTH = 200;
const PARTS = ["vars", "children", "hosts"];

/** YAML and JSON inventories: groups with `hosts`, `vars` and `children`. */
export function yamlSource(vault: VaultValues, extensions: readonly string[]): SourceKind {
  return {
    name: "yaml",
    accepts: (path) => isReadableWith(path, ["", ...extensions]),
    async read(source, data) {
      const { value, positions } = readData(await readSourceText(source.path, vault), source.path);
      if (value === null || value === false || value === "" || (value instanceof Map && value.size === 0))
        throw source.problem("Parsed empty YAML file");
      if (!(value instanceof Map))
        throw source.problem(`YAML inventory has invalid structure, it should be a dictionary, got: ${kindOf(value)}`);
      if (isSaid(value.get("plugin"))) throw source.problem("Plugin configuration YAML file, not YAML inventory");
      await vault.prepare(value);
      const reader = new YamlReader(source, positions, data);
      for (const [name, group] of value) reader.group(name, group, positions.lineOf(value, name), 0);
    },
  };
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "" && value !== 0;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (value instanceof Map) return "dict";
  return typeof value === "string" ? "str" : value === null ? "NoneType" : typeof value;
}

class YamlReader {
  readonly #source: SourceReader;
  readonly #positions: YamlPositions;
  readonly #data: InventoryData;

  constructor(source: SourceReader, positions: YamlPositions, data: InventoryData) {
    this.#source = source;
    this.#positions = positions;
    this.#data = data;
  }

  /** Reads one group; the name it really has, or undefined where it is none. */
  group(written: unknown, content: unknown, line: number | undefined, depth: number): unknown {
    this.#source.line = line;
    if (depth > MAX_DEPTH) throw this.#source.problem(`the group ${String(written)} is nested too deeply`);
    if (content !== null && !(content instanceof Map)) {
      this.#source.warn(`Skipping '${String(written)}' as this is not a valid group definition`);
      return written;
    }
    const name = this.#adding(() => this.#data.addGroup(written));
    if (content === null) return name;
    const parts = new Map<unknown, unknown>(content);
    for (const part of PARTS) {
      const value = parts.get(part);
      if (typeof value === "string") parts.set(part, new Map([[value, null]]));
      else if (value !== undefined && value !== null && !(value instanceof Map))
        throw this.#source.problem(
          `Invalid "${part}" entry for "${name}" group, requires a dictionary, found "${kindOf(value)}" instead.`,
          this.#positions.lineOf(content, part),
        );
    }
    for (const [key, part] of parts) {
      this.#source.line = this.#positions.lineOf(content, key);
      this.#part(name, String(key), part, depth);
    }
    return name;
  }

  #part(group: string, key: string, part: unknown, depth: number): void {
    if (part === null) return;
    if (!(part instanceof Map)) {
      this.#source.warn(`Skipping key (${key}) in group (${group}) as it is not a mapping, it is a ${kindOf(part)}`);
      return;
    }
    if (!PARTS.includes(key)) {
      this.#source.warn(
        `Skipping unexpected key (${key}) in group (${group}), only "vars", "children" and "hosts" are valid`,
      );
      return;
    }
    for (const [entry, content] of part) {
      const line = this.#positions.lineOf(part, entry);
      this.#source.line = line;
      if (key === "vars") this.#adding(() => this.#data.setVariable(group, entry, content));
      else if (key === "hosts") this.#hosts(entry, content, group);
      else {
        const child = this.group(entry, content, line, depth + 1);
        this.#adding(() => this.#data.addChild(group, String(child)));
      }
    }
  }

  #hosts(entry: unknown, content: unknown, group: string): void {
    if (typeof entry !== "string")
      throw this.#source.problem(
        `Host pattern ${String(entry)} must be a string. Enclose integers/floats in quotation marks.`,
      );
    const { names, port } = readHostEntry(entry, this.#source);
    const isNothing = !isSaid(content) || (Array.isArray(content) && content.length === 0);
    if (!isNothing && !(content instanceof Map))
      throw this.#source.problem(`Invalid data from file, expected dictionary and got:\n\n${String(content)}`);
    for (const name of names) {
      this.#adding(() => this.#data.addHost(name, group, port));
      if (content instanceof Map)
        for (const [key, value] of content) this.#adding(() => this.#data.setVariable(name, key, value));
    }
  }

  #adding<T>(add: () => T): T {
    try {
      return add();
    } catch (error) {
      if (error instanceof RangeError) throw this.#source.problem(error.message);
      throw error;
    }
  }
}
