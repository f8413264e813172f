import { readdir, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { messageOf } from "#inventory/kernel/errors.ts";
import { merged } from "#inventory/loader/merge.ts";
import { readVariableFile } from "#inventory/loader/variable-files.ts";
import { isVaultFile } from "#inventory/vault/vault-mark.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { pythonRegExp } from "../expression/regular-expression.ts";
import { isDict, pythonString } from "../expression/values.ts";
import { type ActionContext, failure, type Result } from "./action.ts";
import { findLocalFile } from "./local-files.ts";

const OF_A_FOLDER = ["dir", "depth", "files_matching", "ignore_files", "extensions", "ignore_unknown_extensions"];
const OF_A_FILE = ["file", "_raw_params"];
const OF_BOTH = ["name", "hash_behaviour"];
const EXTENSIONS = ["yaml", "yml", "json"];

/** Why nothing can be included, which the original tells beside its message. */
class NotIncluded extends Error {}

/** Variables of a file, or of all files of a folder and those below it, the last of a name winning. */
export async function includeVars(context: ActionContext): Promise<Result> {
  const { arguments: args, host, store, scope } = context;
  const given = [...args.keys()];
  const unknown = given.find((name) => ![...OF_A_FOLDER, ...OF_A_FILE, ...OF_BOTH].includes(name));
  if (unknown !== undefined) return failure(`Task failed: ${unknown} is not a valid option in include_vars`);
  if (given.some((name) => OF_A_FOLDER.includes(name)) && given.some((name) => OF_A_FILE.includes(name)))
    return failure("Task failed: You are mixing file only and dir only arguments, these are incompatible");
  const included: string[] = [];
  let isSecret = false;
  let variables = new Map<string, unknown>();
  try {
    const files = typeof args.get("dir") === "string" ? filesBelow(context) : [fileNamed(context)];
    for await (const file of files) {
      for (const [name, value] of await variablesOf(file, context)) variables.set(name, value);
      included.push(file);
      isSecret ||= await isVaultFile(file);
    }
  } catch (error) {
    const told = { ansible_facts: {}, ansible_included_var_files: included };
    if (!(error instanceof NotIncluded)) return failure(messageOf(error), told);
    return failure("Task failed: Action failed: Unknown error.", { ...told, message: error.message });
  }
  const wrapper = args.get("name");
  if (typeof wrapper === "string" && wrapper !== "") variables = new Map([[wrapper, variables]]);
  if (args.get("hash_behaviour") === "merge" && context.hashBehaviour !== "merge")
    for (const [name, value] of variables) variables.set(name, merged(asMap(scope.get(name)), value));
  store.include(host, variables);
  // What was locked away is not shown either.
  const hidden = isSecret ? { _ansible_no_log: true } : {};
  return { changed: false, ansible_facts: variables, ansible_included_var_files: included, ...hidden };
}

function fileNamed({ arguments: args, scope }: ActionContext): string {
  const name = pythonString(args.get("file") ?? args.get("_raw_params") ?? "").replace(/\n+$/, "");
  const path = findLocalFile(name, "vars", scope);
  if (path === undefined) throw new NotIncluded(`Could not find or access '${name}'`);
  return path;
}

async function variablesOf(file: string, { vault }: ActionContext): Promise<ReadonlyMap<string, unknown>> {
  try {
    return await readVariableFile(file, vault);
  } catch (error) {
    if (!messageOf(error).includes("a file of variables is a mapping")) throw error;
    throw new NotIncluded(`${file} must be stored as a dictionary/hash`);
  }
}

/** The files to read: folders in order of their paths, in each its files in order of their names. */
async function* filesBelow(context: ActionContext): AsyncGenerator<string> {
  const { arguments: args } = context;
  const root = rootOf(pythonString(args.get("dir")), context);
  const found = await stat(root).catch(() => undefined);
  if (found === undefined) throw new NotIncluded(`${root} directory does not exist`);
  if (!found.isDirectory()) throw new NotIncluded(`${root} is not a directory`);
  const depth = Number(pythonString(args.get("depth") ?? 0));
  const matching = args.get("files_matching");
  const wanted = typeof matching === "string" && matching !== "" ? pythonRegExp(matching) : undefined;
  const ignored = listOf(args.get("ignore_files"), /\s+/).map((pattern) => pythonRegExp(`(?:${pattern})$`));
  const extensions = args.has("extensions") ? listOf(args.get("extensions"), "") : EXTENSIONS;
  const skipsOthers = toBool(args.get("ignore_unknown_extensions") ?? false);
  const { role } = context.task.directives;
  for (const { folder, names } of await folders(root, depth)) {
    for (const name of names) {
      const path = join(folder, name);
      // A role's own variables are there already.
      if (role !== undefined && path === join(role.path, "vars", "main.yml")) continue;
      if (wanted?.test(name) === false || ignored.some((pattern) => pattern.test(name))) continue;
      if (extensions.includes(extname(name).slice(1))) yield path;
      else if (!skipsOthers) throw new NotIncluded(`${path} does not have a valid extension: ${extensions.join(", ")}`);
    }
  }
}

/** Of a role below its `vars`, else beside the file of the task. */
function rootOf(written: string, { task }: ActionContext): string {
  const { role, place } = task.directives;
  const below = (base: string) => (written.startsWith("/") ? written : join(base, written));
  if (role !== undefined) return below(written.split("/")[0] === "vars" ? role.path : join(role.path, "vars"));
  return below(place.path === undefined ? process.cwd() : dirname(place.path));
}

/** A folder and all below it with their files, to a depth (0: all); the folder itself has depth 1. */
async function folders(root: string, depth: number): Promise<{ readonly folder: string; readonly names: string[] }[]> {
  const found: { readonly folder: string; readonly names: string[] }[] = [];
  const visit = async (folder: string, level: number): Promise<void> => {
    if (depth > 0 && level > depth) return;
    const names: string[] = [];
    for (const name of (await readdir(folder)).sort()) {
      const entry = await stat(join(folder, name)).catch(() => undefined);
      if (entry?.isDirectory() === true && level < DEEPEST) await visit(join(folder, name), level + 1);
      else if (entry?.isFile() === true) names.push(name);
    }
    found.push({ folder, names });
  };
  await visit(root, 1);
  return found.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** Links may lead in circles. */
const DEEPEST = 40;

function listOf(value: unknown, separator: string | RegExp): string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value)
    ? value.map(pythonString)
    : pythonString(value)
        .split(separator)
        .filter((one) => one !== "");
}

function asMap(value: unknown): unknown {
  return isDict(value) && !(value instanceof Map) ? new Map(Object.entries(value)) : value;
}
