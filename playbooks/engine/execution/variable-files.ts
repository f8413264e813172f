import { readVariableFile } from "#inventory/loader/variable-files.ts";
import { findLocalFile } from "../actions/local-files.ts";
import { engineErrors } from "../errors.ts";
import { UndefinedError } from "../expression/errors.ts";
import { pythonString } from "../expression/values.ts";
import type { Play } from "../loader/nodes.ts";
import { placeText } from "../loader/problems.ts";
import type { RunnerServices } from "./services.ts";

/**
 * Reads a play's `vars_files` for each host: their names may be templates, and of a list the first that exists counts. A name
 * that cannot be worked out yet is skipped with a warning, as the original does.
 */
export async function readVariableFilesOf(
  play: Play,
  hosts: readonly string[],
  services: RunnerServices,
): Promise<void> {
  const { store } = services;
  const written = play.directives.keywords.get("vars_files");
  const entries: readonly unknown[] = Array.isArray(written)
    ? written
    : written === undefined || written === null
      ? []
      : [written];
  if (entries.length === 0) return;
  const warned = new Set<unknown>();
  for (const host of hosts) {
    const variables = new Map<string, unknown>();
    store.setFiles(host, variables);
    for (const entry of entries) {
      const path = await fileOf(entry, host, { play, services, warned });
      if (path === undefined) continue;
      for (const [name, value] of await readVariableFile(path, services.vault)) variables.set(name, value);
      store.setFiles(host, variables);
    }
  }
}

async function fileOf(
  entry: unknown,
  host: string,
  context: { readonly play: Play; readonly services: RunnerServices; readonly warned: Set<unknown> },
): Promise<string | undefined> {
  const { play, services, warned } = context;
  const scope = services.store.scope(host, play.directives);
  const candidates: readonly unknown[] = Array.isArray(entry) ? entry : [entry];
  const tried: string[] = [];
  try {
    for (const candidate of candidates) {
      const name = services.templar.template(candidate, scope);
      if (typeof name !== "string")
        throw engineErrors.badKeyword(
          "vars_files",
          placeText(play.directives.place),
          "a `vars_files` value should either be a string or list of strings",
        );
      const path = findLocalFile(name, "vars", scope);
      if (path !== undefined) return path;
      tried.push(name);
    }
  } catch (error) {
    if (!(error instanceof UndefinedError)) throw error;
    if (!warned.has(entry))
      await services.emit({ type: "warning", message: "skipping vars_files item due to an undefined variable" });
    warned.add(entry);
    return undefined;
  }
  if (tried.length === 0) return undefined;
  throw engineErrors.badKeyword(
    "vars_files",
    placeText(play.directives.place),
    `could not find ${tried.map(pythonString).join(" or ")}`,
  );
}
