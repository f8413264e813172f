import { isDict } from "../expression/values.ts";
import { nearest, type Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { omit } from "../variables/omit.ts";
import type { RunnerServices } from "./services.ts";

/** Keywords that say how to reach a host, and the variables that say it stronger. */
const CONNECTION_KEYWORDS: readonly (readonly [string, string])[] = [
  ["connection", "ansible_connection"],
  ["port", "ansible_port"],
  ["remote_user", "ansible_user"],
];

const CONNECTION_VARIABLE =
  /^ansible_(?:host|port|user|password|connection|timeout|ssh_.+|private_key_file|become.*|sudo_.+|su_.+|python_interpreter|host_key_checking)$/;

/** Variables that tell one way of reaching a host from another. */
const DECISIVE: readonly string[] = [
  "ansible_connection",
  "ansible_host",
  "ansible_port",
  "ansible_user",
  "ansible_password",
  "ansible_ssh_host",
  "ansible_ssh_port",
  "ansible_ssh_user",
  "ansible_ssh_pass",
  "ansible_ssh_private_key_file",
  "ansible_private_key_file",
  "ansible_ssh_common_args",
  "ansible_ssh_extra_args",
];

/**
 * What a host's connection is made of: every `ansible_…` variable that says how, secrets as they are written. Raises
 * ExpressionError.
 */
export function connectionVariables(
  task: Task,
  scope: HostScope,
  target: string,
  services: RunnerServices,
): Readonly<Record<string, unknown>> {
  const known: Record<string, unknown> = { inventory_hostname: target, ...keywordsOf(task, scope, services) };
  for (const name of scope.names()) {
    if (!CONNECTION_VARIABLE.test(name)) continue;
    const written = scope.written(name);
    known[name] = typeof written === "string" || !isDict(written) ? services.templar.template(written, scope) : written;
  }
  return known;
}

/** The same for the same way of reaching a host: tasks that agree in it share a connection. */
export function connectionKey(task: Task, scope: HostScope, services: RunnerServices): string {
  const parts: Record<string, unknown> = keywordsOf(task, scope, services);
  for (const name of DECISIVE) {
    const value = scope.get(name);
    if (value !== undefined)
      parts[name] = typeof value === "string" || typeof value === "number" ? value : scope.written(name);
  }
  return JSON.stringify(parts);
}

function keywordsOf(task: Task, scope: HostScope, services: RunnerServices): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const [keyword, name] of CONNECTION_KEYWORDS) {
    const written = nearest(task.directives, keyword) ?? services.settings.keywords?.[keyword];
    if (written === undefined || written === null) continue;
    const value = services.templar.template(written, scope);
    if (value !== omit && value !== null) known[name] = value;
  }
  return known;
}
