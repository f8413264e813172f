import { UnsafeText, VaultText } from "#inventory/kernel/yaml.ts";
import { compare, dictEntries, floatText, isDict, isInteger, numeric, pythonString } from "../expression/values.ts";
import { emitBlockYaml, type YamlMapping, type YamlNode, type YamlSequence } from "../yaml/block-emitter.ts";

/**
 * A value as ansible-inventory prints it in YAML: keys in order where they can be ordered, encrypted values as they are, and what
 * several places share written once, with an anchor.
 */
export function yamlListing(value: unknown): string {
  return emitBlockYaml(new NodeMaker().node(value));
}

class NodeMaker {
  readonly #known = new Map<object, YamlMapping | YamlSequence>();
  #anchors = 0;

  node(value: unknown): YamlNode {
    if (value instanceof VaultText) return { kind: "scalar", text: value.ciphertext, isText: true, tag: "!vault" };
    if (value instanceof UnsafeText) return this.node(value.value);
    if (!Array.isArray(value) && !isDict(value)) return { kind: "scalar", ...scalar(value) };
    const known = this.#known.get(value);
    if (known !== undefined) return this.#alias(known);
    return Array.isArray(value) ? this.#sequence(value) : this.#mapping(value);
  }

  #alias(known: YamlMapping | YamlSequence): YamlNode {
    if (known.anchor === undefined) {
      this.#anchors += 1;
      known.anchor = `id${String(this.#anchors).padStart(3, "0")}`;
    }
    return { kind: "alias", anchor: known.anchor };
  }

  #sequence(value: readonly unknown[]): YamlNode {
    const items: YamlNode[] = [];
    const node: YamlSequence = { kind: "sequence", items };
    this.#known.set(value, node);
    for (const item of value) items.push(this.node(item));
    return node;
  }

  #mapping(value: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>): YamlNode {
    const entries: [YamlNode, YamlNode][] = [];
    const node: YamlMapping = { kind: "mapping", entries };
    this.#known.set(value, node);
    for (const [key, item] of sortedEntries(dictEntries(value))) entries.push([this.node(key), this.node(item)]);
    return node;
  }
}

function sortedEntries(entries: [unknown, unknown][]): [unknown, unknown][] {
  try {
    return [...entries].sort(([a], [b]) => compare(a, b));
  } catch {
    return entries;
  }
}

function scalar(value: unknown): { readonly text: string; readonly isText: boolean } {
  if (value === null || value === undefined) return { text: "null", isText: false };
  if (typeof value === "boolean") return { text: String(value), isText: false };
  const number = numeric(value);
  if (number === undefined) return { text: pythonString(value), isText: true };
  return { text: isInteger(value) ? String(value) : floating(number), isText: false };
}

function floating(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  if (!Number.isFinite(value)) return value > 0 ? ".inf" : "-.inf";
  const text = floatText(value);
  return text.includes(".") ? text : text.replace("e", ".0e");
}
