import { extname } from "node:path";
import type { ApplianceError } from "../kernel/errors.ts";
import { readHostEntry } from "./host-range.ts";
import type { InventoryData } from "./inventory-data.ts";
import { pythonLiteral } from "./python-literal.ts";
import { shellWords } from "./shell-words.ts";
import { mayAccess, readSourceText } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";
import type { VaultValues } from "./vault-values.ts";

/** INI inventories: `[group]`, `[group:vars]`, `[group:children]`, hosts with `key=value` words behind them. */
export function iniSource(vault: VaultValues): SourceKind {
  return {
    name: "ini",
    accepts: async (path) => extname(path) !== ".toml" && (await mayAccess(path, "read")),
    read: async (source, data) => new IniReader(source, data).read(await readSourceText(source.path, vault)),
  };
}

// Where Python's str.splitlines ends a line.
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const SECTION = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u;
const GROUP = /^([^:\]\s]+)\s*(?:#.*)?$/;

/** A group named before it is declared, by the line of its `:vars` section or by those that list it as a child. */
interface Pending {
  readonly line: number;
  readonly kind: "vars" | "children";
  readonly parents: string[];
}

class IniReader {
  readonly #source: SourceReader;
  readonly #data: InventoryData;
  readonly #pending = new Map<string, Pending>();
  #group = "ungrouped";
  #kind = "hosts";

  constructor(source: SourceReader, data: InventoryData) {
    this.#source = source;
    this.#data = data;
  }

  read(text: string): void {
    for (const [index, whole] of text.split(LINE_END).entries()) {
      this.#source.line = index + 1;
      const line = whole.trim();
      if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
      const section = SECTION.exec(line);
      try {
        if (section !== null) this.#enter(section[1] ?? "", section[2] ?? "hosts");
        else this.#entry(line);
      } catch (error) {
        if (error instanceof RangeError || error instanceof TypeError) throw this.#problem(error.message);
        throw error;
      }
    }
    for (const [name, { line, kind, parents }] of this.#pending) {
      const what =
        kind === "vars"
          ? `Section [${name}:vars] not valid for undefined group '${name}'.`
          : `Section [${parents.at(-1) ?? ""}:children] includes undefined group '${name}'.`;
      throw this.#source.problem(what, line);
    }
  }

  #problem(text: string): ApplianceError {
    return this.#source.problem(text);
  }

  #enter(name: string, kind: string): void {
    if (!["hosts", "vars", "children"].includes(kind))
      throw this.#problem(`Section [${name}:${kind}] has unknown type: ${kind}`);
    this.#kind = kind;
    const line = this.#source.line ?? 0;
    const known = this.#data.groups.has(name) ? name : undefined;
    if (known === undefined && kind === "vars" && !this.#pending.has(name))
      this.#pending.set(name, { line, kind: "vars", parents: [] });
    this.#group = known ?? this.#data.addGroup(name);
    if (kind === "vars") return;
    const pending = this.#pending.get(name);
    if (pending?.kind === "children") this.#adopt(name);
    else if (pending !== undefined) this.#pending.delete(name);
  }

  /** Makes a group a child of those that listed it before it was declared. */
  #adopt(name: string): void {
    for (const parent of this.#pending.get(name)?.parents ?? []) {
      this.#data.addChild(parent, name);
      if (this.#pending.get(parent)?.kind === "children") this.#adopt(parent);
    }
    this.#pending.delete(name);
  }

  #entry(line: string): void {
    if (line.startsWith("[") && line.endsWith("]"))
      throw this.#problem(
        `Invalid section entry: '${line}'. Please make sure that there are no spaces in the section entry, and that there are no other invalid characters`,
      );
    if (this.#kind === "hosts") this.#host(line);
    else if (this.#kind === "vars") this.#variable(line);
    else this.#child(line);
  }

  #host(line: string): void {
    const [pattern = "", ...words] = this.#words(line);
    const { names, port } = readHostEntry(pattern, this.#source);
    if (pattern.trim().endsWith(":") && port === undefined)
      throw this.#problem(
        `Invalid host pattern '${pattern}' supplied, ending in ':' is not allowed, this character is reserved to provide a port.`,
      );
    if (names.some((name) => name.trim() === "---"))
      throw this.#problem(`Invalid host pattern '${pattern}' supplied, '---' is normally a sign this is a YAML file.`);
    const variables = words.map((word): readonly [string, unknown] => {
      const at = word.indexOf("=");
      if (at === -1) throw this.#problem(`Expected key=value host variable assignment, got: ${word}`);
      return [word.slice(0, at), pythonLiteral(word.slice(at + 1))];
    });
    for (const name of names) {
      this.#data.addHost(name, this.#group, port);
      for (const [key, value] of new Map(variables)) this.#data.setVariable(name, key, value);
    }
  }

  #words(line: string): string[] {
    try {
      return shellWords(line, true);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw this.#problem(`Error parsing host definition '${line}': ${error.message}`);
    }
  }

  #variable(line: string): void {
    const at = line.indexOf("=");
    if (at === -1) throw this.#problem(`Expected key=value, got: ${line}`);
    this.#data.setVariable(this.#group, line.slice(0, at).trim(), pythonLiteral(line.slice(at + 1).trim()));
  }

  #child(line: string): void {
    const child = GROUP.exec(line)?.[1];
    if (child === undefined) throw this.#problem(`Expected group name, got: ${line}`);
    if (this.#data.groups.has(child)) {
      this.#data.addChild(this.#group, child);
      return;
    }
    const pending = this.#pending.get(child);
    if (pending === undefined)
      this.#pending.set(child, { line: this.#source.line ?? 0, kind: "children", parents: [this.#group] });
    else pending.parents.push(this.#group);
  }
}
