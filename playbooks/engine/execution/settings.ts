import { Secret } from "#inventory/kernel/secret.ts";
import type { Become } from "../../connectors/connector.ts";
import { ExpressionError, UndefinedError } from "../expression/errors.ts";
import { toBool } from "../expression/filters/numbers.ts";
import type { Templar } from "../expression/templar.ts";
import { dictEntries, isDict, pythonString } from "../expression/values.ts";
import { collected, nearest, type Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { omit } from "../variables/omit.ts";

/** A task's keywords worked out for one host (and loop item). */
export interface TaskSettings {
  readonly become: Become | undefined;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly checkMode: boolean;
  readonly diff: boolean;
  readonly ignoreErrors: boolean;
  readonly ignoreUnreachable: boolean;
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
  modes: RunModes,
  templar: Templar,
): TaskSettings {
  const value = (keyword: string) => {
    const written = nearest(task.directives, keyword);
    const result = written === undefined ? undefined : templar.template(written, scope);
    return result === omit ? undefined : result;
  };
  return {
    become: becomeOf(value, connection, templar),
    environment: environmentOf(task, scope, templar),
    checkMode: toBool(value("check_mode") ?? modes.check),
    diff: toBool(value("diff") ?? modes.diff),
    ignoreErrors: toBool(value("ignore_errors") ?? false),
    ignoreUnreachable: toBool(value("ignore_unreachable") ?? false),
  };
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

function becomeOf(value: (keyword: string) => unknown, scope: HostScope, templar: Templar): Become | undefined {
  const variable = (...names: string[]) => connectionVariable(scope, names, templar);
  if (!toBool(variable("ansible_become") ?? value("become") ?? false)) return undefined;
  const method = pythonString(variable("ansible_become_method") ?? value("become_method") ?? "sudo").replace(
    "ansible.builtin.",
    "",
  );
  if (method !== "sudo" && method !== "su") throw new ExpressionError(`the become method '${method}' is not supported`);
  const password = variable(
    "ansible_become_password",
    "ansible_become_pass",
    `ansible_${method}_password`,
    `ansible_${method}_pass`,
  );
  return {
    user: pythonString(variable("ansible_become_user") ?? value("become_user") ?? "root"),
    method,
    ...(password === undefined || password === null ? {} : { password: new Secret(pythonString(password)) }),
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
