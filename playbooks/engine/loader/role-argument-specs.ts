import type { Directives, Role, Task } from "./nodes.ts";
import type { RoleFiles } from "./role-files.ts";
import type { SourceFiles } from "./source-files.ts";

/**
 * The task that checks a role's arguments before its own tasks, where the role says what they are: in
 * `meta/argument_specs.yml`, else in `meta/main.yml`, for the entry point `entry` (a name of a file of tasks).
 */
export async function argumentSpecTask(
  loaded: { readonly role: Role; readonly values: ReadonlyMap<unknown, unknown> },
  entry: string,
  directives: Directives,
  step: string,
  roles: RoleFiles,
  files: SourceFiles,
): Promise<Task | undefined> {
  const { role } = loaded;
  const path = await roles.file(role.path, "meta", "argument_specs");
  const own = path === undefined ? loaded.values : (await files.read(path)).value;
  const specs: unknown = own instanceof Map ? own.get("argument_specs") : undefined;
  const spec: unknown = specs instanceof Map ? specs.get(entry) : undefined;
  if (!(spec instanceof Map) || spec.size === 0) return undefined;
  const about: unknown = spec.get("short_description");
  const name = `Validating arguments against arg spec '${entry}'`;
  return {
    type: "task",
    directives: {
      ...directives,
      keywords: new Map<string, unknown>([["name", typeof about === "string" ? `${name} - ${about}` : name]]),
      outer: directives,
      tags: [...directives.tags, "always"],
    },
    module: "ansible.builtin.validate_argument_spec",
    writtenModule: "ansible.builtin.validate_argument_spec",
    collections: [],
    arguments: new Map<string, unknown>([
      ["argument_spec", spec.get("options") ?? new Map()],
      ["provided_arguments", role.parameters],
      [
        "validate_args_context",
        new Map<string, unknown>([
          ["type", "role"],
          ["name", role.name],
          ["argument_spec_name", entry],
          ["path", role.path],
        ]),
      ],
    ]),
    argumentsTemplate: undefined,
    loop: undefined,
    step: `${step}argument-specs`,
    isHandler: false,
  };
}
