import type { RawVariables } from "./inventory.ts";
import type { InventoryData } from "./inventory-data.ts";
import { readPluginConfig } from "./plugin-config.ts";
import { isReadableWith } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";
import type { InventoryTemplating } from "./templating.ts";
import type { VaultValues } from "./vault-values.ts";

const MAX_HOSTS = 100_000;

export interface GeneratorRules {
  readonly vault: VaultValues;
  readonly extensions: readonly string[];
  readonly templating: InventoryTemplating;
}

/** Hosts for every combination of layers, with parent groups named by templates. */
export function generatorSource(rules: GeneratorRules): SourceKind {
  return {
    name: "generator",
    accepts: (path) => isReadableWith(path, ["", ".config", ...rules.extensions]),
    async read(source, data) {
      const config = await readPluginConfig(source, rules.vault, "generator");
      const hosts = config.get("hosts");
      const layers = config.get("layers");
      if (!(hosts instanceof Map) || !(layers instanceof Map))
        throw source.problem("hosts and layers must be dictionaries");
      try {
        for (const variables of combinations(source, layers)) {
          const name = rules.templating.template(String(hosts.get("name")), variables);
          const host = data.addHost(name);
          addParents(host.name, hosts.get("parents"), variables, { source, data, templating: rules.templating });
        }
      } catch (error) {
        if (error instanceof RangeError) throw source.problem(error.message);
        throw error;
      }
    },
  };
}

function combinations(source: SourceReader, layers: ReadonlyMap<unknown, unknown>): RawVariables[] {
  let found: Map<string, unknown>[] = [new Map()];
  for (const [name, values] of layers) {
    const choices: unknown[] = Array.isArray(values) ? values : typeof values === "string" ? [...values] : [];
    if (found.length * choices.length > MAX_HOSTS) throw source.problem(`more than ${MAX_HOSTS} combinations`);
    found = found.flatMap((known) => choices.map((choice) => new Map([...known, [String(name), choice]])));
  }
  return found;
}

interface Tools {
  readonly source: SourceReader;
  readonly data: InventoryData;
  readonly templating: InventoryTemplating;
}

function addParents(child: string, parents: unknown, variables: RawVariables, tools: Tools): void {
  const { source, data, templating } = tools;
  const worked = (value: unknown) => (typeof value === "string" ? templating.template(value, variables) : value);
  for (const parent of Array.isArray(parents) ? parents : []) {
    if (!(parent instanceof Map)) throw source.problem(`a parent of ${child} is no dictionary`);
    const written: unknown = worked(parent.get("name") ?? "");
    if (typeof written !== "string" || written === "")
      throw source.problem(`Element ${child} has a parent with no name.`);
    const name = data.addGroup(written);
    const own: unknown = parent.get("vars");
    if (own instanceof Map) for (const [key, value] of own) data.setVariable(name, key, worked(value));
    data.addChild(name, child);
    addParents(name, parent.get("parents"), variables, tools);
  }
}
