import { globSync, readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { ExpressionError, Undefined } from "../errors.ts";
import type { PluginContext } from "../filters/plugin.ts";
import { textArgument } from "../methods.ts";
import { pythonRegExp } from "../regular-expression.ts";
import { dictEntries, dictGet, isDict, itemsOf, makeDict, pythonString, truthy } from "../values.ts";
import type { Lookup } from "./lookup.ts";
import { sequence } from "./sequence.ts";

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
  ["random_choice", (terms) => terms.slice(0, 1)],
]);

function env(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    const name = textArgument(term).split(" ")[0] ?? "";
    const value = context.templar.options.environment?.[name];
    if (value !== undefined) return value;
    return options.has("default") ? options.get("default") : "";
  });
}

/** Folders a relative path on the controller is looked for in, nearest first. */
export function searchPath(context: PluginContext): string[] {
  const known = context.scope.get("ansible_search_path");
  return Array.isArray(known) ? known.map(pythonString) : [];
}

/** The path of a file on the controller, looked for in `kind` folders and beside them; undefined when there is none. */
export function findLocal(name: string, kind: string, context: PluginContext): string | undefined {
  const candidates = isAbsolute(name)
    ? [name]
    : searchPath(context).flatMap((folder) => [join(folder, kind, name), join(folder, name)]);
  return candidates.find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

function readLocal(term: unknown, kind: string, context: PluginContext): string {
  const name = textArgument(term);
  const path = findLocal(name, kind, context);
  if (path === undefined) throw new ExpressionError(`Unable to access the file '${name}'.`);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ExpressionError(`Unable to access the file '${name}': ${messageOf(error)}`, { cause: error });
  }
}

function file(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
    let text = readLocal(term, "files", context);
    if (truthy(options.get("lstrip") ?? false)) text = text.trimStart();
    return truthy(options.get("rstrip") ?? true) ? text.trimEnd() : text;
  });
}

function template(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  const extra = options.get("template_vars");
  const scope = {
    get: (name: string) => (isDict(extra) ? dictGet(extra, name) : undefined) ?? context.scope.get(name),
  };
  return terms.map((term) => context.templar.renderText(readLocal(term, "templates", context), scope));
}

function vars(terms: readonly unknown[], options: ReadonlyMap<string, unknown>, context: PluginContext): unknown[] {
  return terms.map((term) => {
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
  const all = context.scope.get("vars");
  const names = isDict(all) ? dictEntries(all).map(([name]) => pythonString(name)) : [];
  return terms.flatMap((term) => names.filter((name) => pythonRegExp(textArgument(term)).test(name)));
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
    lists.map((list) => (index < list.length ? list[index] : null)),
  );
}

function subelements(
  terms: readonly unknown[],
  _options: ReadonlyMap<string, unknown>,
  context: PluginContext,
): unknown[] {
  const [input, path, flags] = terms;
  const skip = isDict(flags) ? dictGet(flags, "skip_missing") : false;
  const result = context.applyFilter("subelements", input, [path], new Map([["skip_missing", skip ?? false]]));
  // The original gives each element without the list it was taken apart by.
  return itemsOf(result).map((pair) => {
    const [element, item] = itemsOf(pair);
    return [isDict(element) ? makeDict(dictEntries(element).filter(([key]) => key !== path)) : element, item];
  });
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
    for (const kind of ["files", "templates", "vars", "tasks"]) {
      const path = findLocal(candidate, kind, context);
      if (path !== undefined) return [path];
    }
  }
  if (skip) return [];
  throw new ExpressionError("No file was found when using first_found.");
}
