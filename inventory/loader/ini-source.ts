import type { InventoryBuilder } from "./builder.ts";
import { inventoryErrors } from "./errors.ts";
import { parseHostName } from "./host-range.ts";
import { pythonLiteral } from "./python-literal.ts";

/** Reads an INI inventory: `[group]`, `[group:vars]`, `[group:children]`, hosts with `key=value` words behind them. */
export function readIniSource(text: string, source: string, builder: InventoryBuilder): void {
  let group = "ungrouped";
  let kind = "hosts";
  const declared = new Set<string>();
  const needed = new Map<string, number>();
  for (const [index, whole] of text.split(/\r?\n/).entries()) {
    const line = whole.trim();
    const number = index + 1;
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const section = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
    if (section !== null) {
      group = section[1] ?? "";
      kind = section[2] ?? "hosts";
      if (!["hosts", "vars", "children"].includes(kind))
        throw inventoryErrors.malformed(source, number, `section [${group}:${kind}] has unknown type: ${kind}`);
      if (kind === "vars" && !builder.hasGroup(group)) needed.set(group, number);
      else declared.add(group);
      builder.addGroup(group);
      continue;
    }
    if (line.startsWith("["))
      throw inventoryErrors.malformed(
        source,
        number,
        `Invalid section entry: '${line}'. Please make sure that there are no spaces in the section entry, and that there are no other invalid characters`,
      );
    if (kind === "hosts") readHostLine(line, group, source, number, builder);
    else if (kind === "vars") readVariableLine(line, group, source, number, builder);
    else {
      const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line)?.[1];
      if (child === undefined) throw inventoryErrors.malformed(source, number, `Expected group name, got: ${line}`);
      if (!builder.hasGroup(child)) needed.set(child, number);
      builder.addChild(group, child);
    }
  }
  for (const [name, line] of needed) {
    if (!declared.has(name))
      throw inventoryErrors.malformed(
        source,
        line,
        `the section names the group ${name}, which is not defined anywhere`,
      );
  }
}

function readHostLine(line: string, group: string, source: string, number: number, builder: InventoryBuilder): void {
  const [host = "", ...words] = shellWords(line, source, number);
  const { names, port } = parseHostName(host, source);
  for (const name of names) {
    builder.addHost(name, group);
    if (port !== undefined) builder.setHostVariable(name, "ansible_port", port);
  }
  for (const word of words) {
    const at = word.indexOf("=");
    if (at === -1)
      throw inventoryErrors.malformed(source, number, `Expected key=value host variable assignment, got: ${word}`);
    const value = pythonLiteral(word.slice(at + 1));
    for (const name of names) builder.setHostVariable(name, word.slice(0, at), value);
  }
}

function readVariableLine(
  line: string,
  group: string,
  source: string,
  number: number,
  builder: InventoryBuilder,
): void {
  const at = line.indexOf("=");
  if (at === -1) throw inventoryErrors.malformed(source, number, `Expected key=value, got: ${line}`);
  builder.setGroupVariable(group, line.slice(0, at).trim(), pythonLiteral(line.slice(at + 1).trim()));
}

/** The words of a line by a POSIX shell's rules, `#` beginning a comment. */
function shellWords(line: string, source: string, number: number): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at] ?? "";
    if (char === "#" && word === undefined) break;
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "'" || char === '"') {
      const end = closingQuote(line, at, char);
      if (end === -1)
        throw inventoryErrors.malformed(
          source,
          number,
          `Error parsing host definition '${line}': No closing quotation`,
        );
      const inner = line.slice(at + 1, end);
      word = (word ?? "") + (char === '"' ? inner.replace(/\\(["\\])/g, "$1") : inner);
      at = end;
    } else if (char === "\\" && at + 1 < line.length) word = (word ?? "") + line[++at];
    else word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function closingQuote(line: string, from: number, quote: string): number {
  for (let at = from + 1; at < line.length; at++) {
    if (line[at] === "\\" && quote === '"') at++;
    else if (line[at] === quote) return at;
  }
  return -1;
}
