import {
  defineScalarTag,
  dump,
  FAILSAFE_SCHEMA,
  load,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  type Schema,
  YAMLException,
} from "js-yaml";
import { ApplianceError } from "./errors.ts";

/** A scalar tagged `!vault`: ansible-vault ciphertext that whoever holds the password may decrypt. */
export class VaultText {
  readonly ciphertext: string;
  constructor(ciphertext: string) {
    this.ciphertext = ciphertext;
  }
}

/** A scalar tagged `!unsafe`: text that must never be templated. */
export class UnsafeText {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

const MAX_ALIASES = 1_000;

/**
 * The document in `text`, read by the rules Ansible reads YAML with (PyYAML's resolvers: `0644` is 420, `yes` is true,
 * `<<` merges) except that dates stay strings. An empty document is null; of duplicate keys the last wins, as in Ansible.
 * Throws `KERNEL_YAML_UNPARSABLE` (kind `user`) with `context {source, line, column}`, both counted from 1.
 */
export function loadYaml(text: string, source: string): unknown {
  if (text.trim() === "") return null;
  return reading(source, () =>
    load(text, { schema: ansibleSchema(), filename: source, json: true, maxAliases: MAX_ALIASES }),
  );
}

/** Every document in `text`, read as {@link loadYaml} reads one. */
export function loadAllYaml(text: string, source: string): unknown[] {
  return reading(source, () =>
    loadAll(text, { schema: ansibleSchema(), filename: source, json: true, maxAliases: MAX_ALIASES }),
  );
}

/** `value` as YAML that both YAML 1.1 and 1.2 readers read back as the same value. Keys keep their order. */
export function dumpYaml(value: unknown): string {
  return dump(value, { lineWidth: 120, noRefs: true });
}

function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = (error.mark?.line ?? 0) + 1;
    const column = (error.mark?.column ?? 0) + 1;
    throw new ApplianceError({
      code: "KERNEL_YAML_UNPARSABLE",
      kind: "user",
      message: `${source}:${line}:${column}: not readable as YAML: ${error.reason}`,
      hint: "Correct the file at that line and column; indentation and unquoted colons are the usual causes.",
      context: { source, line, column },
      cause: error,
    });
  }
}

let schema: Schema | undefined;

function ansibleSchema(): Schema {
  schema ??= FAILSAFE_SCHEMA.withTags(
    plainTag("tag:yaml.org,2002:null", readNull),
    plainTag("tag:yaml.org,2002:bool", readBoolean),
    plainTag("tag:yaml.org,2002:int", readInteger),
    plainTag("tag:yaml.org,2002:float", readFloat),
    mergeTag,
    textTag("!vault", (text) => new VaultText(text), VaultText),
    textTag("!vault-encrypted", (text) => new VaultText(text), VaultText),
    textTag("!unsafe", (text) => new UnsafeText(text), UnsafeText),
  );
  return schema;
}

function plainTag(name: string, read: (text: string) => unknown) {
  return defineScalarTag<unknown>(name, {
    implicit: true,
    resolve: (text) => {
      const value = read(text);
      return value === undefined ? NOT_RESOLVED : value;
    },
    identify: () => false,
  });
}

function textTag<T>(name: string, make: (text: string) => T, type: new (text: string) => T) {
  return defineScalarTag<T>(name, { resolve: make, identify: (data) => data instanceof type });
}

function readNull(text: string): null | undefined {
  return /^(?:~|null|Null|NULL|)$/.test(text) ? null : undefined;
}

function readBoolean(text: string): boolean | undefined {
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return true;
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return false;
  return undefined;
}

// The patterns are those of PyYAML's resolver.py (YAML 1.1 with its own deviations: no `y`/`n`, `1e3` is a string).
function readInteger(text: string): number | undefined {
  const match =
    /^([-+]?)(?:0b([01_]+)|0([0-7_]+)|(0|[1-9][0-9_]*)|0x([0-9a-fA-F_]+)|([1-9][0-9_]*(?::[0-5]?[0-9])+))$/.exec(text);
  if (match === null) return undefined;
  const [, sign, binary, octal, decimal, hexadecimal, sexagesimal] = match;
  const digits = (part: string, base: number) => Number.parseInt(part.replaceAll("_", ""), base);
  let value: number;
  if (binary !== undefined) value = digits(binary, 2);
  else if (octal !== undefined) value = digits(octal, 8);
  else if (decimal !== undefined) value = digits(decimal, 10);
  else if (hexadecimal !== undefined) value = digits(hexadecimal, 16);
  else value = sixties(sexagesimal ?? "");
  return sign === "-" ? -value : value;
}

function readFloat(text: string): number | undefined {
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(text))
    return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^\.(?:nan|NaN|NAN)$/.test(text)) return Number.NaN;
  const plain = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/.test(text);
  if (plain) return Number(text.replaceAll("_", ""));
  if (!/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/.test(text)) return undefined;
  return text.startsWith("-") ? -sixties(text.slice(1)) : sixties(text.replace("+", ""));
}

function sixties(text: string): number {
  return text
    .replaceAll("_", "")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
}
