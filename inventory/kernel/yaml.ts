import {
  constructFromEvents,
  DUMP_SCHEMA,
  defineScalarTag,
  dump,
  EVENT_ID,
  type Event,
  FAILSAFE_SCHEMA,
  getScalarValue,
  load,
  loadAll,
  mergeTag,
  NOT_RESOLVED,
  parseEvents,
  realMapTag,
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

/** A float without a fraction, written `1.0`: Ansible prints it as `1.0`, where a number of this language would say `1`. */
export class WholeFloat {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }

  toJSON(): number {
    return this.value;
  }

  toString(): string {
    return this.value.toFixed(1);
  }
}

/** Where things stand in a YAML text, counted from 1. */
export interface YamlPositions {
  /** The line a list or mapping starts on, or of one `key` (or list index) in it. Undefined for what was not in the text. */
  lineOf(container: object, key?: unknown): number | undefined;
  /** The column of the same place. */
  columnOf(container: object, key?: unknown): number | undefined;
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

/**
 * The one document in `text` as Ansible's language needs it: mappings are `Map`s in the order written (keys may be numbers),
 * floats without a fraction are {@link WholeFloat}s, integers beyond 2^53 are bigints, and every place has its line.
 * Otherwise as {@link loadYaml}; more than one document is refused as unparsable.
 */
export function loadYamlWithPositions(
  text: string,
  source: string,
): { readonly value: unknown; readonly positions: YamlPositions } {
  const offsets = new WeakMap<object, Offsets>();
  const starts = lineStarts(text);
  const offsetOf = (container: object, key: unknown) => {
    const found = offsets.get(container);
    return key === undefined ? found?.start : found?.keys.get(String(key));
  };
  const positions: YamlPositions = {
    lineOf: (container, key) => {
      const offset = offsetOf(container, key);
      return offset === undefined ? undefined : lineAt(starts, offset);
    },
    columnOf: (container, key) => {
      const offset = offsetOf(container, key);
      return offset === undefined ? undefined : offset - (starts[lineAt(starts, offset) - 1] ?? 0) + 1;
    },
  };
  if (text.trim() === "") return { value: null, positions };
  const events = reading(source, () => parseEvents(text, { filename: source }));
  const documents = reading(source, () =>
    constructFromEvents(events, {
      source: text,
      filename: source,
      schema: pythonSchema(),
      json: true,
      maxAliases: MAX_ALIASES,
    }),
  );
  if (documents.length > 1) {
    throw new ApplianceError({
      code: "KERNEL_YAML_UNPARSABLE",
      kind: "user",
      message: `${source}: expected one YAML document, found ${documents.length}`,
      hint: "Remove the `---` lines after the first.",
      context: { source },
    });
  }
  recordOffsets(text, events, documents[0], offsets);
  return { value: documents[0] ?? null, positions };
}

/** Every document in `text`, with values as {@link loadYamlWithPositions} has them. */
export function loadAllYamlAsWritten(text: string, source: string): unknown[] {
  if (text.trim() === "") return [];
  return reading(source, () =>
    loadAll(text, { schema: pythonSchema(), filename: source, json: true, maxAliases: MAX_ALIASES }),
  );
}

/** Where a container starts, and each of its keys, in the text. */
interface Offsets {
  readonly start: number;
  readonly keys: ReadonlyMap<string, number>;
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

/** The line of an offset, counted from 1. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

function recordOffsets(
  text: string,
  events: readonly Event[],
  document: unknown,
  offsets: WeakMap<object, Offsets>,
): void {
  let next = 1;
  let latest = 0;
  const offsetOf = (event: Event | undefined) => {
    let offset = -1;
    if (event?.type === EVENT_ID.SCALAR) offset = event.valueStart;
    else if (event?.type === EVENT_ID.ALIAS) offset = event.anchorStart;
    else if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) offset = event.start;
    latest = Math.max(latest, offset);
    return latest;
  };
  const walk = (value: unknown): void => {
    const event = events[next++];
    if (event === undefined || (event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE)) return;
    const keys = new Map<string, number>();
    const record: Offsets = { start: offsetOf(event), keys };
    for (let index = 0; events[next] !== undefined && events[next]?.type !== EVENT_ID.POP; index++) {
      const head = events[next];
      const offset = offsetOf(head);
      if (event.type === EVENT_ID.SEQUENCE) {
        keys.set(String(index), offset);
        walk(Array.isArray(value) ? value[index] : undefined);
        continue;
      }
      const key = head?.type === EVENT_ID.SCALAR ? getScalarValue(text, head) : "";
      walk(undefined);
      keys.set(key, offset);
      walk(value instanceof Map ? (value.get(key) ?? value.get(readInteger(key))) : undefined);
    }
    next++;
    if (typeof value === "object" && value !== null && !offsets.has(value)) offsets.set(value, record);
  };
  walk(document);
}

/**
 * `value` as YAML that both YAML 1.1 and 1.2 readers read back as the same value. Keys keep their order; an
 * {@link UnsafeText} is tagged as such.
 */
export function dumpYaml(value: unknown): string {
  writingSchema ??= DUMP_SCHEMA.withTags(
    defineScalarTag<UnsafeText>("!unsafe", {
      resolve: (text) => new UnsafeText(text),
      identify: (data) => data instanceof UnsafeText,
      represent: (data) => (data as UnsafeText).value,
    }),
  );
  return dump(value, { lineWidth: 120, noRefs: true, schema: writingSchema });
}

let writingSchema: Schema | undefined;

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
    // As text: there are no bytes in the language of playbooks but in files.
    defineScalarTag<string>("tag:yaml.org,2002:binary", {
      resolve: (text) => Buffer.from(text, "base64").toString("utf8"),
      identify: () => false,
    }),
    textTag("!vault", (text) => new VaultText(text), VaultText),
    textTag("!vault-encrypted", (text) => new VaultText(text), VaultText),
    textTag("!unsafe", (text) => new UnsafeText(text), UnsafeText),
  );
  return schema;
}

let mapSchema: Schema | undefined;

/** The same scalars, kept as exactly as Ansible's language needs them. */
function pythonSchema(): Schema {
  mapSchema ??= ansibleSchema().withTags(
    plainTag("tag:yaml.org,2002:int", (text) => {
      const value = readInteger(text);
      if (value === undefined || Number.isSafeInteger(value) || !/^[-+]?[0-9_]+$/.test(text)) return value;
      const digits = text.replaceAll("_", "").replace(/^[-+]/, "");
      const exact = BigInt(/^0[0-7]/.test(digits) ? `0o${digits}` : digits);
      return text.startsWith("-") ? -exact : exact;
    }),
    plainTag("tag:yaml.org,2002:float", (text) => {
      const value = readFloat(text);
      return value !== undefined && Number.isInteger(value) ? new WholeFloat(value) : value;
    }),
    realMapTag,
  );
  return mapSchema;
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
