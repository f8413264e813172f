import { createHash, getHashes } from "node:crypto";
import { messageOf } from "#inventory/kernel/errors.ts";
import { loadAllYamlAsWritten, loadYamlWithPositions } from "#inventory/kernel/yaml.ts";
import { bind } from "../callable.ts";
import { DateTime } from "../date-time.ts";
import { ExpressionError } from "../errors.ts";
import type { Instance } from "../instance.ts";
import { parseJson } from "../json-reader.ts";
import { writeJson } from "../json-writer.ts";
import { textArgument } from "../methods.ts";
import { Range, Tuple } from "../sequences.ts";
import { decodeText, encodeText } from "../text-encoding.ts";
import { numeric, pythonString, toFinal, truthy } from "../values.ts";
import { writeYaml } from "../yaml-writer.ts";
import type { Plugin } from "./plugin.ts";

type Named = ReadonlyMap<string, unknown>;

const UUID_NAMESPACE = "361E6D51FAEC444A9079341386DA8E2E";

export const formatFilters: readonly Plugin[] = [
  { name: "to_json", apply: (input, _given, named) => writeJson(input, jsonOptions(named)) },
  {
    name: "to_nice_json",
    apply: (input, given, named) => {
      const bound = bind("to_nice_json", ["indent", "sort_keys", "ensure_ascii", "separators"], given, named);
      return writeJson(input, {
        ...jsonOptions(bound),
        indent: Number(bound.get("indent") ?? 4),
        sortKeys: truthy(bound.get("sort_keys") ?? true),
      });
    },
  },
  {
    name: "tojson",
    apply: (input, [indent]) => {
      if (input instanceof Range) throw new ExpressionError("Object of type range is not JSON serializable");
      const text = writeJson(input, {
        ...(indent === undefined ? {} : { indent: Number(indent) }),
        sortKeys: true,
        ensureAscii: true,
      });
      return text.replace(/[<>&']/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
    },
  },
  {
    name: "from_json",
    apply: (input) => parseJson(textArgument(input)),
  },
  { name: "to_yaml", apply: (input, _given, named) => writeYaml(representable(input), yamlOptions(named, 0)) },
  {
    name: "to_nice_yaml",
    apply: (input, given, named) => writeYaml(representable(input), yamlOptions(named, Number(given[0] ?? 4))),
  },
  {
    name: "from_yaml_all",
    apply: (input) => {
      if (input === null) return [];
      if (typeof input !== "string") return input;
      try {
        return loadAllYamlAsWritten(input, "<unicode string>");
      } catch (error) {
        throw new ExpressionError(messageOf(error), { cause: error });
      }
    },
  },
  {
    name: "from_yaml",
    apply: (input) => {
      if (typeof input !== "string") return input;
      try {
        return loadYamlWithPositions(input, "<unicode string>").value;
      } catch (error) {
        throw new ExpressionError(messageOf(error), { cause: error });
      }
    },
  },
  {
    name: "b64encode",
    apply: (input, given, named) => {
      const bound = bind("b64encode", ["encoding", "urlsafe"], given, named);
      const text = encodeText(pythonString(definedText(input)), bound.get("encoding") ?? "utf-8").toString("base64");
      return truthy(bound.get("urlsafe") ?? false) ? text.replaceAll("+", "-").replaceAll("/", "_") : text;
    },
  },
  {
    name: "b64decode",
    apply: (input, given, named) => {
      const bound = bind("b64decode", ["encoding", "urlsafe"], given, named);
      return decodeText(base64Bytes(pythonString(toFinal(input))), bound.get("encoding") ?? "utf-8", true);
    },
  },
  {
    name: "hash",
    apply: (input, given, named) =>
      digest(pythonString(bind("hash", ["hashtype"], given, named).get("hashtype") ?? "sha1"), pythonString(input)),
  },
  { name: "md5", apply: (input) => digest("md5", pythonString(input)) },
  { name: "sha1", apply: (input) => digest("sha1", pythonString(input)) },
  { name: "checksum", apply: (input) => digest("sha1", pythonString(input)) },
  {
    name: "to_uuid",
    apply: (input, given, named) => {
      const space = pythonString(
        bind("to_uuid", ["namespace"], given, named).get("namespace") ?? UUID_NAMESPACE,
      ).replace(/urn:|uuid:|[{}-]/g, "");
      if (!/^[0-9a-fA-F]{32}$/.test(space))
        throw new ExpressionError(`Invalid value '${space}' for 'namespace': badly formed hexadecimal UUID string`);
      const bytes = createHash("sha1")
        .update(Buffer.from(space, "hex"))
        .update(pythonString(input))
        .digest()
        .subarray(0, 16);
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
      return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    },
  },
];

function representable(value: unknown): unknown {
  if (value instanceof Range) throw new ExpressionError(`('cannot represent an object', ${pythonString(value)})`);
  return value;
}

/** The value itself where it is one text holds; with what is lazy in it worked out. */
function definedText(value: unknown): unknown {
  if (value instanceof Range || value instanceof Tuple) return value;
  return toFinal(value);
}

function jsonOptions(named: Named) {
  const indent = numeric(named.get("indent"));
  return {
    ...(indent === undefined ? {} : { indent }),
    sortKeys: truthy(named.get("sort_keys") ?? false),
    ensureAscii: truthy(named.get("ensure_ascii") ?? true),
    textOf: (value: Instance) => (value instanceof DateTime ? value.isoText() : undefined),
    ...(Array.isArray(named.get("separators"))
      ? { separators: (named.get("separators") as unknown[]).map(pythonString) }
      : {}),
  };
}

function yamlOptions(named: Named, indent: number) {
  const style = named.get("default_flow_style");
  return {
    indent: numeric(named.get("indent")) ?? indent,
    sortKeys: truthy(named.get("sort_keys") ?? true),
    width: numeric(named.get("width")) ?? 80,
    flow:
      style === undefined
        ? indent === 0
          ? ("leaves" as const)
          : ("never" as const)
        : style === null
          ? ("leaves" as const)
          : truthy(style)
            ? ("always" as const)
            : ("never" as const),
  };
}

/** Python's `b64decode`: other characters are passed over, the padding must be right. */
function base64Bytes(text: string): Buffer {
  const clean = text.replace(/[^A-Za-z0-9+/=_-]/g, "");
  const body = clean.replace(/=+$/, "");
  if (body.length % 4 === 1)
    throw new ExpressionError(
      `Invalid base64-encoded string: number of data characters (${body.length}) cannot be 1 more than a multiple of 4`,
    );
  if (clean.length % 4 !== 0 && body.length % 4 !== 0) throw new ExpressionError("Incorrect padding");
  return Buffer.from(body, "base64");
}

function digest(kind: string, text: string): string {
  const name = kind
    .toLowerCase()
    .replace("_", "-")
    .replace(/^blake2b$/, "blake2b512")
    .replace(/^blake2s$/, "blake2s256");
  if (name.startsWith("shake")) throw new ExpressionError("hexdigest() missing required argument 'length' (pos 1)");
  const known = getHashes().find((hash) => hash.toLowerCase() === name);
  if (known === undefined) throw new ExpressionError(`unsupported hash type ${kind}`);
  return createHash(known).update(text).digest("hex");
}
