import { ExpressionError, Undefined, UndefinedError } from "../errors.ts";
import type { PluginContext } from "../filters/plugin.ts";
import { pythonString, truthy, typeName } from "../values.ts";
import { DIRECT } from "./lookup.ts";
import { lookups } from "./lookups.ts";

/** `lookup(name, terms…)`: one value, or texts joined by commas; `query` gives the list. */
export function lookup(
  given: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
  context: PluginContext,
  asList: boolean,
): unknown {
  const [name, ...terms] = given;
  if (name instanceof Undefined) return name;
  if (given.length === 0) throw new ExpressionError("_lookup() missing 1 required positional argument: 'plugin_name'");
  if (typeof name !== "string") throw new ExpressionError(`must be str, not ${typeName(name)}`);
  const short = name.replace(/^ansible\.(builtin|legacy)\./, "");
  const found = context.templar.options.lookups?.[name] ?? lookups.get(short);
  if (found === undefined) throw new ExpressionError(`The lookup plugin '${name}' was not found.`);
  const options = new Map(named);
  // `env` takes an undefined default, to say that the variable must be set.
  for (const value of [...terms, ...(short === "env" ? [] : options.values())])
    if (value instanceof Undefined) return value;
  const wantsList = asList || truthy(options.get("wantlist") ?? false);
  const onError = pythonString(options.get("errors") ?? "strict");
  options.delete("wantlist");
  options.delete("errors");
  if (short === "first_found") options.set(DIRECT, true);
  const results = runLookup(() => found(terms, options, context), name, onError);
  if (results instanceof Undefined) return results;
  if (results === undefined) return wantsList ? [] : null;
  if (wantsList) return results;
  if (results.length === 1) return results[0];
  if (results.length > 1 && results.every((item) => typeof item === "string")) return results.join(",");
  return results;
}

/** What a lookup gives; undefined where it failed and that is wanted to be passed over. */
function runLookup(
  run: () => readonly unknown[] | Undefined,
  name: string,
  onError: string,
): readonly unknown[] | Undefined | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ExpressionError) || error instanceof UndefinedError) throw error;
    if (onError === "ignore" || onError === "warn") return undefined;
    throw new ExpressionError(`The lookup plugin '${name}' failed: ${error.message}`, { cause: error });
  }
}
