import type { YamlPositions } from "../kernel/yaml.ts";
import type { InventoryBuilder } from "./builder.ts";
import { inventoryErrors } from "./errors.ts";
import { parseHostName } from "./host-range.ts";

const MAX_DEPTH = 50;

/** Reads a YAML inventory: groups with `hosts`, `vars` and `children`. */
export function readYamlSource(
  value: unknown,
  positions: YamlPositions,
  source: string,
  builder: InventoryBuilder,
): void {
  if (!(value instanceof Map)) throw inventoryErrors.malformed(source, 1, "an inventory is a mapping of groups");
  for (const [name, group] of value) readGroup(String(name), group, undefined, 0);

  function readGroup(name: string, group: unknown, parent: string | undefined, depth: number): void {
    if (depth > MAX_DEPTH) throw inventoryErrors.malformed(source, undefined, `the group ${name} is nested too deeply`);
    builder.addGroup(name);
    if (parent !== undefined && parent !== "all") builder.addChild(parent, name);
    else if (parent === "all") builder.addGroup(name);
    if (group === null) return;
    if (!(group instanceof Map))
      throw inventoryErrors.malformed(source, undefined, `the group ${name} is not a mapping`);
    for (const [key, part] of group) {
      const line = positions.lineOf(group, key);
      if (!["hosts", "vars", "children"].includes(String(key)))
        throw inventoryErrors.malformed(
          source,
          line,
          `the group ${name} has an unknown key ${String(key)}; hosts, vars and children are known`,
        );
      if (part === null) continue;
      const entries = typeof part === "string" && key !== "vars" ? new Map([[part, null]]) : part;
      if (!(entries instanceof Map))
        throw inventoryErrors.malformed(source, line, `${String(key)} of ${name} is not a mapping`);
      for (const [entry, content] of entries) {
        if (key === "vars") builder.setGroupVariable(name, String(entry), content);
        else if (key === "children") readGroup(String(entry), content, name, depth + 1);
        else readHost(String(entry), content, name, positions.lineOf(entries, entry));
      }
    }
  }

  function readHost(text: string, content: unknown, group: string, line: number | undefined): void {
    const { names, port } = parseHostName(text, source);
    if (content !== null && !(content instanceof Map))
      throw inventoryErrors.malformed(source, line, `the host ${text} is not a mapping of variables`);
    for (const name of names) {
      builder.addHost(name, group);
      if (port !== undefined) builder.setHostVariable(name, "ansible_port", port);
      for (const [variable, value] of content ?? []) builder.setHostVariable(name, String(variable), value);
    }
  }
}
