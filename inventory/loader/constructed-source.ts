import { ApplianceError, messageOf } from "../kernel/errors.ts";
import { variableName } from "./group-names.ts";
import { shortName } from "./host-address.ts";
import type { RawVariables } from "./inventory.ts";
import type { InventoryData } from "./inventory-data.ts";
import { KeyedGroups } from "./keyed-groups.ts";
import { byStrength, type GroupMember, type HostMember } from "./members.ts";
import { type HashBehaviour, mergeInto } from "./merge.ts";
import { flag, readPluginConfig } from "./plugin-config.ts";
import { isReadableWith } from "./source-files.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";
import type { InventoryTemplating } from "./templating.ts";
import type { VariableFiles } from "./variable-files.ts";
import type { VaultValues } from "./vault-values.ts";

export interface ConstructedRules {
  readonly vault: VaultValues;
  readonly extensions: readonly string[];
  readonly templating: InventoryTemplating;
  readonly extraVariables: RawVariables;
  readonly useExtraVariables: boolean;
  readonly files: VariableFiles;
  readonly hashBehaviour: HashBehaviour;
  /** Folders of the sources read so far. */
  folders(): Promise<readonly string[]>;
}

/** Variables and groups worked out by expressions over the hosts that earlier sources gave: `compose`, `groups`, `keyed_groups`. */
export function constructedSource(rules: ConstructedRules): SourceKind {
  return {
    name: "constructed",
    accepts: (path) => isReadableWith(path, ["", ".config", ...rules.extensions]),
    async read(source, data) {
      const config = await readPluginConfig(source, rules.vault, "constructed");
      const reader = new ConstructedReader(source, data, config, rules);
      for (const host of [...data.hosts.values()]) {
        try {
          await reader.host(host);
        } catch (error) {
          if (error instanceof ApplianceError) throw error;
          throw source.problem(`Failed to parse '${source.path}': ${messageOf(error)}`);
        }
      }
    },
  };
}

class ConstructedReader {
  readonly #data: InventoryData;
  readonly #config: ReadonlyMap<unknown, unknown>;
  readonly #rules: ConstructedRules;
  readonly #isStrict: boolean;
  readonly #usesFiles: boolean;
  readonly #usesExtra: boolean;
  readonly #keyed: KeyedGroups;

  constructor(
    source: SourceReader,
    data: InventoryData,
    config: ReadonlyMap<unknown, unknown>,
    rules: ConstructedRules,
  ) {
    this.#data = data;
    this.#config = config;
    this.#rules = rules;
    this.#isStrict = flag(config.get("strict"), false);
    this.#usesFiles = flag(config.get("use_vars_plugins"), false);
    this.#usesExtra = flag(config.get("use_extra_vars"), rules.useExtraVariables);
    this.#keyed = new KeyedGroups({
      source,
      data,
      templating: rules.templating,
      isStrict: this.#isStrict,
      leadingSeparator: flag(config.get("leading_separator"), true),
    });
  }

  async host(host: HostMember): Promise<void> {
    this.#compose(host, this.#withExtra(await this.#variables(host)));
    const variables = await this.#variables(host);
    this.#groups(host, variables);
    const entries = this.#config.get("keyed_groups");
    if (Array.isArray(entries)) this.#keyed.add(host.name, entries, this.#withExtra(variables), variables);
  }

  #compose(host: HostMember, variables: RawVariables): void {
    for (const [name, expression] of entriesOf(this.#config.get("compose"))) {
      const value = this.#trying(
        () => this.#rules.templating.expression(textOnly(expression), variables),
        (why) => `Could not set ${String(name)} for host ${host.name}: ${why}`,
      );
      if (value !== undefined) this.#data.setVariable(host.name, name, value);
    }
  }

  #groups(host: HostMember, variables: RawVariables): void {
    for (const [written, condition] of entriesOf(this.#config.get("groups"))) {
      const name = variableName(String(written));
      const holds = this.#trying(
        () => this.#rules.templating.condition(condition, variables),
        (why) => `Could not add host ${host.name} to group ${name}: ${why}`,
      );
      if (holds === true) this.#data.addChild(this.#data.addGroup(name), host.name);
    }
  }

  #trying<T>(work: () => T, told: (why: string) => string): T | undefined {
    try {
      return work();
    } catch (error) {
      if (this.#isStrict) throw new RangeError(told(messageOf(error)), { cause: error });
      return undefined;
    }
  }

  /** What is known of a host so far: its groups' variables, their files where asked for, its own. */
  async #variables(host: HostMember): Promise<Map<string, unknown>> {
    const { hashBehaviour } = this.#rules;
    const found = new Map<string, unknown>();
    for (const group of byStrength(host.groups)) mergeInto(found, group.variables, hashBehaviour);
    await this.#addFiles(found, "group_vars", [...host.groups]);
    mergeInto(found, host.variables, hashBehaviour);
    found.set("inventory_hostname", host.name);
    found.set("inventory_hostname_short", shortName(host.name));
    const names = [...host.groups].map((group) => group.name).filter((name) => name !== "all");
    found.set("group_names", names.sort());
    await this.#addFiles(found, "host_vars", [host]);
    return found;
  }

  async #addFiles(
    found: Map<string, unknown>,
    kind: "group_vars" | "host_vars",
    members: readonly (GroupMember | HostMember)[],
  ): Promise<void> {
    if (!this.#usesFiles) return;
    for (const folder of await this.#rules.folders())
      for (const member of members)
        mergeInto(found, await this.#rules.files.of(folder, kind, member.name), this.#rules.hashBehaviour);
  }

  #withExtra(variables: Map<string, unknown>): RawVariables {
    if (!this.#usesExtra) return variables;
    const all = new Map(variables);
    mergeInto(all, this.#rules.extraVariables, this.#rules.hashBehaviour);
    return all;
  }
}

function entriesOf(value: unknown): Iterable<[unknown, unknown]> {
  return value instanceof Map ? value.entries() : [];
}

/** Only texts are expressions. */
export function textOnly(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("Expressions must be strings");
}
