import { JsonProblem, parseJson } from "../kernel/json.ts";
import { loadYamlWithPositions, UnsafeText, VaultText, type YamlPositions } from "../kernel/yaml.ts";

const NOWHERE = { lineOf: () => undefined, columnOf: () => undefined };

/**
 * A file of data as Ansible reads any: JSON where it is JSON, else YAML. In JSON `{"__ansible_vault": …}` is an encrypted value
 * and `{"__ansible_unsafe": …}` a text that is no template. Throws `KERNEL_YAML_UNPARSABLE`.
 */
export function readData(text: string, path: string): { readonly value: unknown; readonly positions: YamlPositions } {
  if (/^\s*[[{]/.test(text)) {
    try {
      return { value: withMarks(parseJson(text)), positions: NOWHERE };
    } catch (error) {
      if (!(error instanceof JsonProblem)) throw error;
    }
  }
  return loadYamlWithPositions(text, path);
}

/** A value of JSON with Ansible's marks for encrypted and untrusted texts understood. */
export function withMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMarks);
  if (!(value instanceof Map)) return value;
  const [unsafe, vault]: unknown[] = [value.get("__ansible_unsafe"), value.get("__ansible_vault")];
  if (typeof unsafe === "string") return new UnsafeText(unsafe);
  if (typeof vault === "string") return new VaultText(vault);
  for (const [key, item] of value) if (typeof item === "object" && item !== null) value.set(key, withMarks(item));
  return value;
}
