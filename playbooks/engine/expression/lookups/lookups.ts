import { randomInt } from "node:crypto";
import { globSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { selectHosts } from "#inventory/select/patterns.ts";
import { deferred, ExpressionError, ExpressionLimitError, Undefined } from "../errors.ts";
import type { PluginContext } from "../filters/plugin.ts";
import { textArgument } from "../methods.ts";
import { pythonRegExp } from "../regular-expression.ts";
import { FILE_LAYOUT, withOverrides } from "../template-layout.ts";
import { dictEntries, dictGet, isDict, itemsOf, makeDict, pythonString, truthy, typeName } from "../values.ts";
import { lines, pipe } from "./commands.ts";
import { csvfile } from "./csvfile.ts";
import { ini } from "./ini.ts";
import { findLocal, readText, searchPath } from "./local-files.ts";
import { DIRECT, type Lookup } from "./lookup.ts";
import { password } from "./password.ts";
import { sequence } from "./sequence.ts";
import { config } from "./settings.ts";
import { url } from "./url.ts";

/** Every lookup by its short name. */
export const lookups: ReadonlyMap<string, Lookup> = new Map<string, Lookup>([
  ["env", env],
  ["file", file],
  ["vars", vars],
  ["varnames", varnames],
  ["items", (terms) => terms.flatMap((term) => (Array.isArray(term) ? (term as unknown[]) : [term]))],
  ["list", (terms) => terms],
  ["dict", dict],
  ["indexed_items", (terms) => terms.flat(1).map((item, index) => [index, item])],
  ["nested", nested],
  ["together", together],
  ["subelements", subelements],
  ["sequence", sequence],
  ["fileglob", fileglob],
  ["first_found", firstFound],
  ["template", template],
  ["random_choice", (terms) => (terms.length === 0 ? [] : [terms[randomInt(terms.length)]])],
  ["pipe", pipe],
  ["lines", lines],
  ["csvfile", csvfile],
  ["ini", ini],
  ["password", password],
  ["config", config],
  ["url", url],
  ["unvault", unvault],
  ["inventory_hostnames", inventoryHostnames],
]);

function env(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    const name = textArgument(term).split(" ")[0] ?? "";
    const value = context.templar.options.environment?.[name];
    if (value !== undefined) return value;
    const otherwise = options.has("default") ? options.get("default") : "";
    return otherwise instanceof Undefined
      ? new Undefined(`The environment variable '${name}' is not set.`, false, name)
      : otherwise;
  });
}

function file(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    const name = textArgument(term);
    const path = findLocal(name, "files", context);
    if (path === undefined) throw new ExpressionError(`Unable to access the file '${name}': File not found.`);
    let text = readText(path, name, context);
    if (truthy(options.get("lstrip") ?? false)) text = text.trimStart();
    return truthy(options.get("rstrip") ?? true) ? text.trimEnd() : text;
  });
}

const LAYOUT_OPTIONS = [
  ...["variable_start_string", "variable_end_string", "comment_start_string", "comment_end_string"],
  "trim_blocks",
];

function template(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  const extra = options.get("template_vars");
  const scope = {
    get: (name: string) => (isDict(extra) ? dictGet(extra, name) : undefined) ?? context.scope.get(name),
  };
  const changes = new Map([...options].filter(([name]) => LAYOUT_OPTIONS.includes(name)));
  const layout = changes.size === 0 ? FILE_LAYOUT : withOverrides(FILE_LAYOUT, changes);
  return terms.map((term) => {
    const name = textArgument(term);
    const path = findLocal(name, "templates", context);
    if (path === undefined) throw new ExpressionError(`the template file ${name} could not be found for the lookup`);
    const folders = [dirname(path), ...searchPath(context).flatMap((folder) => [join(folder, "templates"), folder])];
    try {
      return context.templar.renderFile(readText(path, name, context), scope, layout, folders);
    } catch (error) {
      if (error instanceof ExpressionError && !(error instanceof ExpressionLimitError)) return deferred(error);
      throw error;
    }
  });
}

function unvault(terms: readonly unknown[], _options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    const name = textArgument(term);
    const path = findLocal(name, "files", context);
    if (path === undefined) throw new ExpressionError(`Unable to find file matching "${name}"`);
    return readText(path, name, context);
  });
}

function inventoryHostnames(
  terms: readonly unknown[],
  _options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  const known = context.scope.get("groups");
  const groups = new Map(
    isDict(known)
      ? dictEntries(known).map(([name, hosts]) => [pythonString(name), itemsOf(hosts).map(pythonString)])
      : [],
  );
  const hosts = new Map(
    (groups.get("all") ?? [...new Set([...groups.values()].flat())]).map((host) => [host, undefined]),
  );
  const directory = { groups, hosts, hostsOf: (group: string) => groups.get(group) ?? [] };
  try {
    return [...selectHosts(directory, terms.map(textArgument)).hosts];
  } catch {
    return [];
  }
}

function vars(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    if (typeof term !== "string") throw new ExpressionError(`Variable name must be 'str' not '${typeName(term)}'.`);
    const value = context.scope.get(textArgument(term));
    if (value !== undefined && !(value instanceof Undefined)) return value;
    if (options.has("default")) return options.get("default");
    return value ?? new Undefined(`No variable named ${`'${textArgument(term)}'`} was found.`);
  });
}

function varnames(
  terms: readonly unknown[],
  _options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  const names = [...(context.scope.names?.() ?? [])];
  return terms.flatMap((term) => {
    if (typeof term !== "string")
      throw new ExpressionError(
        `Invalid setting identifier, "${pythonString(term)}" is not a string, it is a <class '${typeName(term)}'>`,
      );
    const pattern = pythonRegExp(term);
    return names.filter((name) => {
      pattern.lastIndex = 0;
      return pattern.test(name);
    });
  });
}

function dict(terms: readonly unknown[]): unknown[] {
  return terms.flat(1).flatMap((term) => {
    if (!isDict(term)) throw new ExpressionError("the 'dict' lookup expects a dictionary");
    return dictEntries(term).map(([key, value]) =>
      makeDict([
        ["key", key],
        ["value", value],
      ]),
    );
  });
}

function nested(terms: readonly unknown[]): unknown[] {
  if (terms.length === 0) throw new ExpressionError("with_nested requires at least one element in the nested list");
  if (terms.length === 1 && !itemsOf(terms[0]).every((item) => Array.isArray(item) || typeof item === "string"))
    throw new ExpressionError(`'${typeName(itemsOf(terms[0])[0])}' object is not iterable`);
  return terms.reduce<unknown[][]>(
    (rows, term) =>
      rows.flatMap((row) =>
        itemsOf(term).map((item) => [...row, ...(Array.isArray(item) ? (item as unknown[]) : [item])]),
      ),
    [[]],
  );
}

function together(terms: readonly unknown[]): unknown[] {
  const lists = terms.map(itemsOf);
  if (lists.length === 0) throw new ExpressionError("with_together requires at least one element in each list");
  const size = Math.max(...lists.map((list) => list.length));
  return Array.from({ length: size }, (_none, index) =>
    lists.flatMap((list) => {
      const item = index < list.length ? list[index] : null;
      return Array.isArray(item) ? (item as unknown[]) : [item];
    }),
  );
}

function subelements(
  terms: readonly unknown[],
  _options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  if (terms.length < 2 || terms.length > 3)
    throw new ExpressionError("subelements lookup expects a list of two or three items,");
  const [input, path, flags] = terms;
  if ((!isDict(input) && !Array.isArray(input)) || typeof path !== "string")
    throw new ExpressionError(
      "subelements lookup expects a list of two or three items, first a dict or a list, second a string pointing to the subkey",
    );
  const skip = isDict(flags) ? dictGet(flags, "skip_missing") : false;
  const result = context.applyFilter("subelements", input, [path], new Map([["skip_missing", skip ?? false]]));
  // The original gives each element without the list it was taken apart by.
  return itemsOf(result).map((pair) => {
    const [element, item] = itemsOf(pair);
    return [without(element, path.split(".")), item];
  });
}

function without(element: unknown, [first, ...rest]: readonly string[]): unknown {
  if (!isDict(element)) return element;
  const kept = dictEntries(element).filter(([key]) => rest.length > 0 || key !== first);
  return makeDict(kept.map(([key, value]) => [key, key === first ? without(value, rest) : value] as const));
}

function fileglob(
  terms: readonly unknown[],
  _options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  return terms.flatMap((term) => {
    const pattern = textArgument(term);
    const folders = pattern.includes("/")
      ? [findLocal(pattern.replace(/\/[^/]*$/, ""), "files", context) ?? pattern.replace(/\/[^/]*$/, "")]
      : searchPath(context).flatMap((folder) => [join(folder, "files"), folder]);
    for (const folder of folders) {
      const found = globSync(join(folder, basename(pattern))).filter(
        (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
      );
      if (found.length > 0) return found;
    }
    return [];
  });
}

function firstFound(
  terms: readonly unknown[],
  options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  const candidates: string[] = [];
  let skip = truthy(options.get("skip") ?? false);
  const add = (files: unknown, paths: unknown) => {
    const names = typeof files === "string" ? files.split(/[,;]/) : itemsOf(files ?? []).map(pythonString);
    const folders = typeof paths === "string" ? paths.split(/[,:;]/) : itemsOf(paths ?? []).map(pythonString);
    candidates.push(
      ...(folders.length === 0 ? names : folders.flatMap((folder) => names.map((name) => join(folder, name)))),
    );
  };
  for (const term of terms.flat(1)) {
    if (isDict(term)) {
      add(dictGet(term, "files"), dictGet(term, "paths"));
      skip ||= truthy(dictGet(term, "skip") ?? false);
    } else add([term], options.get("paths"));
  }
  if (options.has("files")) add(options.get("files"), options.get("paths"));
  for (const candidate of candidates) {
    for (const kind of options.has(DIRECT) ? [""] : ["files", "templates", "vars", "tasks"]) {
      const path = findLocal(candidate, kind, context);
      if (path !== undefined) return [path];
    }
  }
  if (skip) return [];
  throw new ExpressionError("No file was found when using first_found.");
}
