import { UnsafeText, VaultText } from "#inventory/kernel/yaml.ts";
import type { InventoryGroup } from "#inventory/loader/inventory.ts";
import { compareText, pythonString } from "../expression/values.ts";
import type { ListedInventory } from "./listed-inventory.ts";

export interface GraphRules {
  readonly showsVariables: boolean;
  /** The text of an encrypted value. */
  decrypt(ciphertext: string): string;
}

/** A group's tree as `ansible-inventory --graph` draws it, one line each, without a newline at the end. */
export async function graphOf(listed: ListedInventory, group: InventoryGroup, rules: GraphRules): Promise<string> {
  const lines: string[] = [];
  const draw = async (at: InventoryGroup, depth: number): Promise<void> => {
    lines.push(branch(`@${at.name}:`, depth));
    for (const name of at.children) {
      const child = listed.group(name);
      if (child !== undefined) await draw(child, depth + 1);
    }
    for (const host of at.name === "all" ? [] : at.hosts) {
      lines.push(branch(host, depth + 1));
      if (rules.showsVariables) lines.push(...variableLines(await listed.hostVariables(host), depth + 2, rules));
    }
    if (rules.showsVariables) lines.push(...variableLines(await listed.groupVariables(at), depth + 1, rules));
  };
  await draw(group, 0);
  return lines.join("\n");
}

function branch(text: string, depth: number): string {
  return depth === 0 ? text : `${"  |".repeat(depth)}--${text}`;
}

function variableLines(variables: ReadonlyMap<string, unknown>, depth: number, rules: GraphRules): string[] {
  return [...variables]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => branch(`{${name} = ${shown(value, rules)}}`, depth));
}

function shown(value: unknown, rules: GraphRules): string {
  if (value instanceof VaultText) return rules.decrypt(value.ciphertext);
  if (value instanceof UnsafeText) return value.value;
  return pythonString(value);
}
