import { dirname, isAbsolute, join } from "node:path";
import { isTemplate } from "../expression/templar.ts";
import { ROLE_INCLUDE_ARGUMENTS } from "./keywords.ts";
import type { Block, Directives, PlayNode, Task } from "./nodes.ts";
import { type Place, type Problems, placeText } from "./problems.ts";
import type { RoleLoader } from "./role-loader.ts";
import type { SourceFiles } from "./source-files.ts";
import { MAX_DEPTH, type TaskContext } from "./task-loader.ts";

const FILE_ARGUMENTS: ReadonlySet<string> = new Set(["file", "_raw_params", "apply"]);

/** Brings in what `import_tasks`, `import_role` and their kin name. */
export class TaskImports {
  readonly #files: SourceFiles;
  readonly #problems: Problems;
  readonly #read: (list: unknown, context: TaskContext) => Promise<PlayNode[]>;
  #roles: RoleLoader | undefined;

  constructor(
    files: SourceFiles,
    problems: Problems,
    read: (list: unknown, context: TaskContext) => Promise<PlayNode[]>,
  ) {
    this.#files = files;
    this.#problems = problems;
    this.#read = read;
  }

  setRoles(roles: RoleLoader): void {
    this.#roles = roles;
  }

  async importTasks(task: Task, context: TaskContext): Promise<PlayNode | undefined> {
    const { place } = task.directives;
    this.checkFile(task);
    if (task.arguments.has("apply"))
      this.#problems.add("PLAYBOOKS_MALFORMED", place, `Invalid options for ${task.writtenModule}: apply`);
    const written = String(task.arguments.get("file") ?? task.arguments.get("_raw_params") ?? "");
    if (written === "" || this.#isLooped(task)) return undefined;
    const name = context.resolveName(written, place, task.directives);
    const path = await this.findTaskFile(name, task.directives, context);
    if (path === undefined) {
      this.#problems.add(
        "PLAYBOOKS_FILE_NOT_FOUND",
        place,
        `Could not find or access '${name}' on the Ansible Controller.`,
      );
      return undefined;
    }
    return this.importedFile(path, task, context);
  }

  /** Checks what an include of a file gives; the file itself is looked for when it is included. */
  checkFile(task: Task): void {
    const unknown = [...task.arguments.keys()].filter((key) => !FILE_ARGUMENTS.has(key));
    if (unknown.length > 0)
      this.#problems.add(
        "PLAYBOOKS_UNKNOWN_KEYWORD",
        task.directives.place,
        `Invalid options for ${task.writtenModule}: ${unknown.join(",")}`,
      );
    const file = task.arguments.get("file") ?? task.arguments.get("_raw_params") ?? "";
    if (file === "" && task.argumentsTemplate === undefined)
      this.#problems.add("PLAYBOOKS_MALFORMED", task.directives.place, `No file specified for ${task.writtenModule}`);
  }

  #isLooped(task: Task): boolean {
    if (task.loop === undefined) return false;
    const short = task.module.replace("ansible.builtin.", "");
    const other = short.replace("import_", "include_");
    this.#problems.add(
      "PLAYBOOKS_MALFORMED",
      task.directives.place,
      `You cannot use loops on '${short}' statements. You should use '${other}' instead.`,
    );
    return true;
  }

  /** The tasks of a file as a block that stands in `task`. */
  async importedFile(path: string, task: Task, context: TaskContext, step = task.step): Promise<Block | undefined> {
    if (context.depth > MAX_DEPTH) {
      this.#problems.add("PLAYBOOKS_MALFORMED", task.directives.place, "imports are nested too deeply");
      return undefined;
    }
    const file = await this.#files.read(path);
    const outer: Directives = { ...task.directives, folder: dirname(path) };
    const body = await this.#read(file.value, {
      ...context,
      file,
      outer,
      step: `${step}>${placeText({ file: file.shown.split("/").at(-1) ?? "", line: undefined })}:`,
      depth: context.depth + 1,
    });
    return { type: "block", directives: outer, body, rescue: [], always: [] };
  }

  /** A file of tasks: beside the file that names it, in the role's tasks, beside the playbook. */
  async findTaskFile(
    name: string,
    directives: Directives,
    context: { readonly playFolder: string; readonly isHandler: boolean },
  ): Promise<string | undefined> {
    if (name === "") return undefined;
    const { role } = directives;
    const kind = context.isHandler ? "handlers" : "tasks";
    const candidates = isAbsolute(name)
      ? [name]
      : [
          ...outerFolders(directives).map((folder) => join(folder, name)),
          ...(role === undefined ? [] : [join(role.path, kind, name), join(role.path, name)]),
          join(context.playFolder, kind, name),
          join(context.playFolder, name),
        ];
    for (const candidate of candidates) if (await this.#files.exists(candidate)) return candidate;
    return undefined;
  }

  async importRole(task: Task, context: TaskContext): Promise<PlayNode | undefined> {
    const { place } = task.directives;
    this.checkRole(task);
    if (task.arguments.has("apply"))
      this.#problems.add("PLAYBOOKS_MALFORMED", place, `Invalid options for ${task.writtenModule}: apply`);
    if (this.#isLooped(task)) return undefined;
    const resolve = (value: unknown): unknown =>
      typeof value === "string" && isTemplate(value) ? context.resolveName(value, place, task.directives) : value;
    const given = new Map([...task.arguments].map(([key, value]): [string, unknown] => [key, resolve(value)]));
    const name = String(given.get("name") ?? given.get("role") ?? "");
    return this.#roles?.included(name, { ...task, arguments: given }, context, true);
  }

  /** Checks the arguments of `include_role` or `import_role`. */
  checkRole(task: Task): void {
    const { place } = task.directives;
    const refuse = (message: string, at: Place = place) => this.#problems.add("PLAYBOOKS_MALFORMED", at, message);
    for (const key of task.arguments.keys()) {
      if (!ROLE_INCLUDE_ARGUMENTS.has(key))
        this.#problems.add("PLAYBOOKS_UNKNOWN_KEYWORD", place, `Invalid options for ${task.writtenModule}: ${key}`);
    }
    if (
      task.argumentsTemplate === undefined &&
      (task.arguments.get("name") ?? task.arguments.get("role") ?? null) === null
    )
      refuse(`'name' is a required field for ${task.writtenModule}.`);
    for (const [key, value] of task.arguments)
      if (key.endsWith("_from") && typeof value !== "string")
        refuse(`Expected a string for ${key} but got ${typeof value} instead`);
    const apply = task.arguments.get("apply");
    if (apply !== undefined && apply !== null && !(apply instanceof Map))
      refuse(`Expected a dict for apply but got ${typeof apply} instead`);
  }
}

/** Folders of the files around a task, innermost first. */
function outerFolders(directives: Directives): string[] {
  const folders = new Set<string>();
  for (let at: Directives | undefined = directives; at !== undefined && at.role === directives.role; at = at.outer)
    folders.add(at.folder);
  return [...folders];
}
