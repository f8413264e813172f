import { readFile } from "node:fs/promises";
import { messageOf } from "#inventory/kernel/errors.ts";
import { loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import { splitWords, unquote } from "../loader/argument-words.ts";
import { commandLineErrors } from "./errors.ts";

/**
 * What stands behind `-e`: `key=value` words, a JSON or YAML mapping, or `@` and a file with one. Later ones win; with `merge` mappings
 * of one name are joined. Throws `PLAYBOOKS_EXTRA_VARIABLES_INVALID`.
 */
export async function readExtraVariables(
  written: readonly string[],
  options: { readonly vault: VaultValues; readonly path: (path: string) => string; readonly merge: boolean },
): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const text of written) {
    if (text === "") continue;
    for (const [name, value] of await readOne(text, options))
      all[name] = options.merge ? merged(all[name], value) : value;
  }
  return all;
}

function merged(before: unknown, after: unknown): unknown {
  if (!(before instanceof Map) || !(after instanceof Map)) return after;
  const joined = new Map<unknown, unknown>(before);
  for (const [key, value] of after) joined.set(key, merged(before.get(key), value));
  return joined;
}

async function readOne(
  text: string,
  { vault, path }: { readonly vault: VaultValues; readonly path: (path: string) => string },
): Promise<Map<string, unknown>> {
  if (/^[/.]/.test(text))
    throw commandLineErrors.badExtraVariables(text, `Please prepend extra_vars filename '${text}' with '@'`);
  if (!/^[@[{]/.test(text)) return keyValues(text);
  const source = text.startsWith("@") ? path(text.slice(1)) : "--extra-vars";
  const { value } = loadYamlWithPositions(text.startsWith("@") ? await fileText(source, text, vault) : text, source);
  await vault.prepare(value);
  if (value instanceof Map) return new Map([...value].map(([name, item]) => [String(name), item]));
  throw commandLineErrors.badExtraVariables(
    text,
    `Invalid extra vars data supplied. '${text}' could not be made into a dictionary`,
  );
}

async function fileText(path: string, given: string, vault: VaultValues): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw commandLineErrors.badExtraVariables(given, `Unable to retrieve file contents: ${messageOf(error)}`);
  }
  return vault.file(text, path);
}

/** `key=value` words; quotes keep what belongs together, `\=` is no separator. Words without one say nothing. */
export function keyValues(text: string): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const word of splitWords(text).map((part) => part.trim())) {
    const at = word.search(/(?<=[^\\])=/);
    if (at > 0) values.set(word.slice(0, at).trim(), unquote(word.slice(at + 1).trim()));
  }
  return values;
}
