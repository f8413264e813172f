import { Secret } from "#inventory/kernel/secret.ts";
import type { Become } from "../../connectors/connector.ts";
import { ExpressionError, UndefinedError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import type { Templar } from "../expression/templar.ts";
import { dictEntries, isDict, numeric, pythonString } from "../expression/values.ts";
import { collected, type Directives, nearest, type Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { omit } from "../variables/omit.ts";
import type { RunnerServices } from "./services.ts";

/** A task's keywords worked out for one host (and loop item). */
export interface TaskSettings {
  readonly become: Become | undefined;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly checkMode: boolean;
  readonly diff: boolean;
  readonly ignoreErrors: boolean;
  readonly ignoreUnreachable: boolean;
  readonly delegateFacts: boolean;
  /** Seconds the task may take; 0 is no limit. */
  readonly timeoutSeconds: number;
  /** Seconds a background job may take; 0 is none in the background. */
  readonly asyncSeconds: number;
  /** Seconds between two looks at a background job; 0 leaves it alone. */
  readonly pollSeconds: number;
}

export interface RunModes {
  readonly check: boolean;
  readonly diff: boolean;
}

/** `connection` is whose connection variables count: the delegate's, where there is one. Raises ExpressionError. */
export function settingsOf(
  task: Task,
  scope: HostScope,
  connection: HostScope,
  services: Pick<RunnerServices, "templar" | "modes" | "settings">,
): TaskSettings {
  const { templar, modes, settings } = services;
  const value = (keyword: string) => inherited(task, keyword, scope, services);
  const flag = (keyword: string, otherwise: boolean) => booleanOf(keyword, value(keyword) ?? otherwise);
  return {
    become: becomeOf(value, connection, services),
    environment: environmentOf(task, scope, templar),
    checkMode: flag("check_mode", modes.check),
    diff: flag("diff", modes.diff),
    ignoreErrors: flag("ignore_errors", false),
    ignoreUnreachable: flag("ignore_unreachable", false),
    delegateFacts: flag("delegate_facts", false),
    timeoutSeconds: integerOf("timeout", value("timeout") ?? settings.taskTimeout ?? 0),
    asyncSeconds: integerOf("async", task.directives.keywords.has("async") ? (value("async") ?? 0) : 0),
    pollSeconds: integerOf("poll", task.directives.keywords.has("poll") ? (value("poll") ?? 15) : 15),
  };
}

/** The nearest value of a keyword that is not omitted; what is omitted is as if it were not written. Raises ExpressionError. */
export function inherited(
  task: Task,
  keyword: string,
  scope: HostScope,
  services: Pick<RunnerServices, "templar" | "settings">,
): unknown {
  const worth = (written: unknown) => {
    const result = typeof written === "string" ? services.templar.template(written, scope) : written;
    return result === omit || result === null ? undefined : result;
  };
  for (let at: Directives | undefined = task.directives; at !== undefined; at = at.outer) {
    if (!at.keywords.has(keyword)) continue;
    const value = worth(at.keywords.get(keyword));
    if (value !== undefined) return value;
  }
  return worth(services.settings.keywords?.[keyword]);
}

function booleanOf(keyword: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  const text = pythonString(value).trim().toLowerCase();
  if (["yes", "on", "1", "true", "t", "y", "1.0"].includes(text)) return true;
  if (["no", "off", "0", "false", "f", "n", "0.0"].includes(text)) return false;
  throw invalid(keyword, value, "bool");
}

function integerOf(keyword: string, value: unknown): number {
  const number = numeric(value) ?? Number(pythonString(value).trim());
  if (!Number.isInteger(number)) throw invalid(keyword, value, "int");
  return number;
}

function invalid(keyword: string, value: unknown, kind: string): ExpressionError {
  return new ExpressionError(
    `the field '${keyword}' has an invalid value (${pythonString(value)}), and could not be converted to ${kind}.`,
  );
}

/** Whether a task's results are hidden; when that cannot be told, they are. */
export function isCensored(task: Task, scope: HostScope, templar: Templar): boolean {
  const written = nearest(task.directives, "no_log");
  if (written === undefined || written === null) return false;
  try {
    return toBool(templar.template(written, scope));
  } catch (error) {
    if (error instanceof ExpressionError) return true;
    throw error;
  }
}

/** The value of a connection variable, under any of its names; undefined when it is not set. */
export function connectionVariable(scope: HostScope, names: readonly string[], templar: Templar): unknown {
  for (const name of names) {
    if (scope.get(name) === undefined) continue;
    try {
      return templar.template(`{{ ${name} }}`, scope);
    } catch (error) {
      if (!(error instanceof UndefinedError)) throw error;
    }
  }
  return undefined;
}

function becomeOf(
  value: (keyword: string) => unknown,
  scope: HostScope,
  { templar, settings }: Pick<RunnerServices, "templar" | "settings">,
): Become | undefined {
  const variable = (...names: string[]) => connectionVariable(scope, names, templar);
  if (!toBool(variable("ansible_become") ?? value("become") ?? false)) return undefined;
  const method = pythonString(variable("ansible_become_method") ?? value("become_method") ?? "sudo").replace(
    "ansible.builtin.",
    "",
  );
  if (method !== "sudo" && method !== "su")
    throw new ExpressionError(
      `the become method '${method}' is not supported: this engine becomes another user by sudo or su`,
    );
  const word = (name: string) =>
    variable(`ansible_become_${name}`, `ansible_${method}_${name}`) ?? value(`become_${name}`);
  const password = variable(
    "ansible_become_password",
    "ansible_become_pass",
    `ansible_${method}_password`,
    `ansible_${method}_pass`,
  );
  const secret =
    password === undefined || password === null ? settings.becomePassword : new Secret(pythonString(password));
  const program = word("exe");
  const flags = word("flags");
  return {
    user: pythonString(word("user") ?? "root"),
    method,
    ...(secret === undefined ? {} : { password: secret }),
    ...(program === undefined || program === null ? {} : { program: pythonString(program) }),
    ...(flags === undefined || flags === null ? {} : { flags: pythonString(flags) }),
  };
}

function environmentOf(task: Task, scope: HostScope, templar: Templar): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const written of collected(task.directives, "environment")) {
    const value = templar.template(written, scope);
    const parts = Array.isArray(value) ? value : [value];
    for (const part of parts) {
      if (!isDict(part)) continue;
      for (const [name, text] of dictEntries(part))
        if (text !== omit) environment[pythonString(name)] = pythonString(text);
    }
  }
  return environment;
}
