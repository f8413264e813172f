import { UnsafeText } from "#inventory/kernel/yaml.ts";
import type { RawVariables } from "#inventory/loader/inventory.ts";
import type { InventoryTemplating } from "#inventory/loader/templating.ts";
import type { Scope } from "../expression/scope.ts";
import { isTemplate, type Templar } from "../expression/templar.ts";
import { pythonString } from "../expression/values.ts";

/** The expression language for inventory sources. What it makes is a value: no text of it is a template later. */
export function inventoryTemplating(templar: Templar): InventoryTemplating {
  const scopeOf = (variables: RawVariables): Scope => {
    const scope: Scope = {
      get: (name) => (variables.has(name) ? templar.resolve(variables.get(name), scope) : undefined),
    };
    return scope;
  };
  return {
    expression: (source, variables) => untrusted(templar.expression(source, scopeOf(variables)), variables),
    condition: (source, variables) => templar.condition(source, scopeOf(variables)),
    template: (text, variables) => templar.template(text, scopeOf(variables)),
    text: (value) => pythonString(plain(value)),
  };
}

/** The value with every text that was made here marked as no template; texts that variables hold stay what they are. */
function untrusted(value: unknown, variables: RawVariables): unknown {
  let known: ReadonlySet<string> | undefined;
  const marked = (part: unknown): unknown => {
    if (typeof part === "string") {
      known ??= textsOf(variables);
      return known.has(part) ? part : new UnsafeText(part);
    }
    if (Array.isArray(part)) return part.map(marked);
    if (part instanceof Map) return new Map([...part].map(([key, item]): [unknown, unknown] => [key, marked(item)]));
    return part;
  };
  return marked(value);
}

/** Names whose values Ansible makes itself. */
const MAGIC = new Set([
  "inventory_hostname",
  "inventory_hostname_short",
  "group_names",
  "inventory_file",
  "inventory_dir",
]);

function textsOf(variables: RawVariables): Set<string> {
  const texts = new Set<string>();
  const collect = (value: unknown): void => {
    if (typeof value === "string") {
      if (!isTemplate(value)) texts.add(value);
    } else if (Array.isArray(value)) for (const item of value) collect(item);
    else if (value instanceof Map) for (const item of value.values()) collect(item);
  };
  for (const [name, value] of variables) if (!MAGIC.has(name)) collect(value);
  return texts;
}

function plain(value: unknown): unknown {
  return value instanceof UnsafeText ? value.value : value;
}
