import type { TaskReference } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import { pythonString } from "../expression/values.ts";
import type { Task } from "../loader/nodes.ts";
import type { RunnerServices } from "./services.ts";

/** A task's name as shown: its own, templated as far as that goes, else its module. */
export function taskName(task: Task, host: string, services: RunnerServices): string {
  const written = task.directives.keywords.get("name");
  if (typeof written !== "string" || written === "") return unnamed(task);
  if (!written.includes("{")) return services.censor.text(written);
  const name = templated(written, task, host, services);
  return name instanceof ExpressionError ? written : services.censor.text(name);
}

/** Why nobody can notify a handler: its name cannot be worked out, and it listens to nothing else. */
export function unusableHandler(task: Task, host: string, services: RunnerServices): string | undefined {
  const { keywords } = task.directives;
  const written = keywords.get("name");
  if (typeof written !== "string" || !written.includes("{") || keywords.has("listen")) return undefined;
  const problem = templated(written, task, host, services);
  if (!(problem instanceof ExpressionError)) return undefined;
  return `Handler '${written}' is unusable because it has no listen topics and the name could not be templated (host-specific variables are not supported in handler names). The error: ${problem.message}`;
}

function templated(written: string, task: Task, host: string, services: RunnerServices): string | ExpressionError {
  try {
    return pythonString(services.templar.template(written, services.store.scope(host, task.directives)));
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
}

function unnamed(task: Task): string {
  const role = task.arguments.get("name") ?? task.arguments.get("role");
  const brings = ["ansible.builtin.include_role", "ansible.builtin.import_role"].includes(task.module);
  return brings && typeof role === "string" ? `${task.writtenModule} : ${role}` : task.writtenModule;
}

/** How events name a task. */
export function taskReference(task: Task, play: string, name: string): TaskReference {
  const { role, place } = task.directives;
  return {
    play,
    task: name,
    ...(role === undefined ? {} : { role: role.name }),
    step: task.step,
    handler: task.isHandler,
    module: task.module,
    ...(place.path === undefined
      ? {}
      : {
          origin: {
            path: place.path,
            ...(place.line === undefined ? {} : { line: place.line }),
            ...(place.column === undefined ? {} : { column: place.column }),
          },
        }),
  };
}
