import { messageOf } from "../kernel/errors.ts";
import { UnsafeText } from "../kernel/yaml.ts";
import { variableName } from "./group-names.ts";
import type { RawVariables } from "./inventory.ts";
import type { InventoryData } from "./inventory-data.ts";
import type { SourceReader } from "./source-reader.ts";
import type { InventoryTemplating } from "./templating.ts";

export interface KeyedGroupRules {
  readonly source: SourceReader;
  readonly data: InventoryData;
  readonly templating: InventoryTemplating;
  readonly isStrict: boolean;
  /** Whether a group without prefix still begins with the separator. */
  readonly leadingSeparator: boolean;
}

/** Groups named after the value of an expression, as `keyed_groups` of a constructed inventory asks for them. */
export class KeyedGroups {
  readonly #rules: KeyedGroupRules;

  constructor(rules: KeyedGroupRules) {
    this.#rules = rules;
  }

  /** Puts a host into the groups its entries give; `plain` are its variables without extra ones. */
  add(host: string, entries: readonly unknown[], variables: RawVariables, plain: RawVariables): void {
    for (const entry of entries) {
      if (!(entry instanceof Map) || entry.size === 0)
        throw this.#rules.source.problem(`Invalid keyed group entry, it must be a dictionary: ${String(entry)} `);
      this.#entry(host, entry, variables, plain);
    }
  }

  #entry(host: string, entry: ReadonlyMap<unknown, unknown>, variables: RawVariables, plain: RawVariables): void {
    const { source, isStrict } = this.#rules;
    const key = this.#key(host, entry.get("key"), variables);
    if (key === undefined) return;
    const fallback = entry.get("default_value") ?? null;
    const trailing: unknown = entry.get("trailing_separator") ?? null;
    if (fallback !== null && trailing !== null)
      throw source.problem("parameters are mutually exclusive for keyed groups: default_value|trailing_separator");
    const useFallback = fallback !== null && isNothing(key);
    if (!useFallback && isEmpty(key)) {
      const isList = Array.isArray(key) || key instanceof Map;
      if (isStrict && !isList)
        throw source.problem(
          `No key or key resulted empty for ${String(entry.get("key"))} in host ${host}, invalid entry`,
        );
      return;
    }
    const parent = this.#parent(entry.get("parent_group"), key, plain);
    if (parent === undefined) return;
    const separator = this.#text(entry.get("separator") ?? "_");
    const names = useFallback ? [this.#text(fallback)] : this.#names(key, separator, fallback, trailing === false);
    this.#join(host, names, { prefix: this.#text(entry.get("prefix") ?? ""), separator, parent });
  }

  #key(host: string, expression: unknown, variables: RawVariables): unknown {
    const { source, templating, isStrict } = this.#rules;
    try {
      if (typeof expression !== "string") throw new TypeError("Expressions must be strings");
      return plainTexts(templating.expression(expression, variables));
    } catch (error) {
      if (!isStrict) return undefined;
      throw source.problem(
        `Could not generate group for host ${host} from ${String(expression)} entry: ${messageOf(error)}`,
      );
    }
  }

  /** The parent's name, empty where none is asked for; undefined where it cannot be worked out. */
  #parent(written: unknown, key: unknown, variables: RawVariables): string | undefined {
    if (written === undefined || written === null) return "";
    const { source, templating, isStrict } = this.#rules;
    try {
      return this.#text(templating.template(this.#text(written), variables) ?? "");
    } catch (error) {
      if (!isStrict) return undefined;
      throw source.problem(
        `Could not generate parent group '${String(written)}' for group ${templating.text(key)}: ${messageOf(error)}`,
      );
    }
  }

  #names(key: unknown, separator: string, fallback: unknown, isBare: boolean): string[] {
    if (typeof key === "string") return [key];
    if (Array.isArray(key))
      return key.map((name: unknown) => this.#text(isNothing(name) && fallback !== null ? fallback : name));
    if (key instanceof Map)
      return [...key].map(([name, value]) => {
        if (!isNothing(value)) return `${this.#text(name)}${separator}${this.#text(value)}`;
        if (fallback !== null) return `${this.#text(name)}${separator}${this.#text(fallback)}`;
        return isBare ? this.#text(name) : `${this.#text(name)}${separator}${this.#text(value)}`;
      });
    throw this.#rules.source.problem(
      `Invalid group name format, expected a string or a list of them or dictionary, got: ${typeof key}`,
    );
  }

  #join(
    host: string,
    names: readonly string[],
    form: { readonly prefix: string; readonly separator: string; readonly parent: string },
  ): void {
    const { data, leadingSeparator } = this.#rules;
    const { prefix, parent } = form;
    const separator = prefix === "" && !leadingSeparator ? "" : form.separator;
    for (const name of names) {
      const group = data.addGroup(variableName(`${prefix}${separator}${name}`));
      data.addHost(host, group);
      if (parent === "") continue;
      const above = variableName(parent);
      data.addGroup(above);
      data.addChild(above, group);
    }
  }

  #text(value: unknown): string {
    return this.#rules.templating.text(value);
  }
}

function isNothing(value: unknown): boolean {
  return value === null || value === "";
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return isNothing(value) || value === false || value === 0;
}

/** Names are made of texts, whether those may be templates or not. */
function plainTexts(value: unknown): unknown {
  if (value instanceof UnsafeText) return value.value;
  if (Array.isArray(value)) return value.map(plainTexts);
  return value instanceof Map
    ? new Map([...value].map(([key, item]): [unknown, unknown] => [key, plainTexts(item)]))
    : value;
}
