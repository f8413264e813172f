import { UnsafeText } from "#inventory/kernel/yaml.ts";
import { RAW_ARGUMENTS } from "../actions/actions.ts";
import { ExpressionError } from "../expression/errors.ts";
import { dictEntries, isDict, pythonString, typeName } from "../expression/values.ts";
import { collected, type Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { omit, withoutOmitted } from "../variables/omit.ts";
import type { RunnerServices } from "./services.ts";

/**
 * A task's arguments, templated: `module_defaults` first, then what is given as one template, then its own. What is omitted
 * is left out. Raises ExpressionError that names the argument.
 */
export function taskArguments(
  task: Task,
  module: string,
  scope: HostScope,
  services: RunnerServices,
): ReadonlyMap<string, unknown> {
  const { templar } = services;
  const given = new Map<string, unknown>();
  const raw = RAW_ARGUMENTS.get(module) ?? [];
  for (const [name, value] of moduleDefaults(task, module, scope, services)) given.set(name, value);
  if (task.argumentsTemplate !== undefined) {
    const all = templar.template(task.argumentsTemplate, scope);
    if (isDict(all))
      for (const [key, value] of dictEntries(all)) {
        const name = String(key);
        // What is worked out by the action itself must be a text that a person wrote, not what a template gave.
        given.set(name, raw.includes(name) ? derived(value) : value);
      }
    else if (all !== omit)
      throw new ExpressionError(
        `Finalization of task args for '${module}' failed: Task args must resolve to a 'dict' not '${typeName(all)}'.`,
      );
  }
  for (const [name, value] of task.arguments) {
    try {
      const key = keyOf(name, module, scope, services);
      const own = raw.includes(name) ? value : templar.template(value, scope);
      // What is omitted takes a default away too.
      if (own === omit) given.delete(key);
      else given.set(key, own);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw new ExpressionError(
        `Finalization of task args for '${module}' failed: Error while resolving value for '${name}': ${error.message}`,
        { cause: error },
      );
    }
  }
  return withoutOmitted(given) as ReadonlyMap<string, unknown>;
}

/** An argument's name, which may be a template too. */
function keyOf(name: string, module: string, scope: HostScope, services: RunnerServices): string {
  if (!name.includes("{{")) return name;
  const key = services.templar.template(name, scope);
  if (typeof key !== "string" && module === "ansible.builtin.set_fact")
    throw new ExpressionError(`Invalid variable name '${pythonString(key)}' of type '${typeName(key)}'.`);
  return pythonString(key);
}

/** Texts that a template gave: whoever takes them for conditions asks first whether a person wrote them. */
function derived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(derived);
  return typeof value === "string" ? new UnsafeText(value) : value;
}

/** What `module_defaults` says about a module, nearest last: for its action groups (`group/NAME`), then for itself. */
function moduleDefaults(
  task: Task,
  module: string,
  scope: HostScope,
  services: RunnerServices,
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const parts = collected(task.directives, "module_defaults").flatMap((part) => (Array.isArray(part) ? part : [part]));
  if (parts.length === 0) return found;
  const own = new Map<string, unknown>();
  const groups = services.modules.groupsOf(module);
  for (const part of parts) {
    if (!isDict(part)) continue;
    for (const [key, values] of dictEntries(part)) {
      const name = String(key).includes("{{") ? pythonString(services.templar.template(key, scope)) : String(key);
      const isGroup = name.startsWith("group/");
      const isMeant = isGroup ? groups.includes(name.slice(6)) : services.modules.resolve(name) === module;
      if (!isMeant) continue;
      const value = typeof values === "string" ? services.templar.template(values, scope) : values;
      if (!isDict(value)) continue;
      for (const [argument, given] of dictEntries(value))
        (isGroup ? found : own).set(String(argument), services.templar.template(given, scope));
    }
  }
  for (const [name, value] of own) found.set(name, value);
  return found;
}
