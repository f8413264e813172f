import { dirname } from "node:path";
import { isTemplate } from "../expression/templar.ts";
import { BLOCK_KEYWORDS, INCLUDE_KEYWORDS, LOOP_CONTROL_KEYWORDS, NOT_HONOURED } from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Block, Directives, PlayNode, Role, Task } from "./nodes.ts";
import type { Place, Problems } from "./problems.ts";
import type { RoleLoader } from "./role-loader.ts";
import type { SourceFile, SourceFiles } from "./source-files.ts";
import { tagList } from "./tags.ts";
import { TaskActions } from "./task-action.ts";
import { TaskImports } from "./task-imports.ts";

export const MAX_DEPTH = 100;

const META_ACTIONS: ReadonlySet<string> = new Set([
  "clear_facts",
  "clear_host_errors",
  "end_batch",
  "end_host",
  "end_play",
  "end_role",
  "flush_handlers",
  "noop",
  "refresh_inventory",
  "reset_connection",
]);

const INCLUDES: ReadonlySet<string> = new Set(
  ["include_tasks", "import_tasks", "include_role", "import_role"].map((name) => `ansible.builtin.${name}`),
);

/** What the tasks being read stand in. */
export interface TaskContext {
  readonly outer: Directives;
  readonly role: Role | undefined;
  readonly file: SourceFile;
  /** Beginning of the steps' names. */
  readonly step: string;
  readonly isHandler: boolean;
  readonly depth: number;
  /** Folder of the playbook. */
  readonly playFolder: string;
  /** Works out a template in an import's file or role name, with what is known before the run. */
  resolveName(text: string, place: Place, directives?: Directives): string;
}

/** Turns lists of tasks into nodes: checks every keyword and module, follows imports. */
export class TaskLoader {
  readonly #problems: Problems;
  readonly #actions: TaskActions;
  readonly imports: TaskImports;

  constructor(files: SourceFiles, modules: ModuleTable, problems: Problems) {
    this.#problems = problems;
    this.#actions = new TaskActions(modules, problems);
    this.imports = new TaskImports(files, problems, (list, context) => this.tasks(list, context));
  }

  setRoles(roles: RoleLoader): void {
    this.imports.setRoles(roles);
  }

  /** The nodes of a list of tasks; `list` is the YAML value. */
  async tasks(list: unknown, context: TaskContext): Promise<PlayNode[]> {
    if (list === null || list === undefined) return [];
    if (!Array.isArray(list)) {
      this.#problems.add("PLAYBOOKS_MALFORMED", context.file.place(), "a list of tasks is expected here");
      return [];
    }
    const nodes: PlayNode[] = [];
    for (const [index, entry] of list.entries()) {
      const place = context.file.place(list, index);
      const step = `${context.step}${index}`;
      if (!(entry instanceof Map)) {
        this.#problems.add("PLAYBOOKS_MALFORMED", place, "a task is a mapping of a module and keywords");
        continue;
      }
      const isBlock = ["block", "rescue", "always"].some((name) => entry.has(name));
      const node = isBlock
        ? await this.#block(entry, place, step, context)
        : await this.#task(entry, place, step, context);
      if (node !== undefined) nodes.push(node);
    }
    return nodes;
  }

  async #block(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    step: string,
    context: TaskContext,
  ): Promise<Block | undefined> {
    if (context.depth > MAX_DEPTH) {
      this.#problems.add("PLAYBOOKS_MALFORMED", place, "blocks and imports are nested too deeply");
      return undefined;
    }
    if (context.isHandler) {
      this.#problems.add("PLAYBOOKS_MALFORMED", place, "Using a block as a handler is not supported.");
      return undefined;
    }
    this.#checkBlock(entry, context);
    const directives = this.directives(entry, place, context);
    const part = (name: string) =>
      this.tasks(entry.get(name), {
        ...context,
        outer: directives,
        step: `${step}.${name}.`,
        depth: context.depth + 1,
      });
    return {
      type: "block",
      directives,
      body: await part("block"),
      rescue: await part("rescue"),
      always: await part("always"),
    };
  }

  #checkBlock(entry: ReadonlyMap<unknown, unknown>, context: TaskContext): void {
    for (const key of entry.keys()) {
      if (!BLOCK_KEYWORDS.has(String(key)))
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          context.file.place(entry, key),
          `'${String(key)}' is not a valid attribute for a Block`,
        );
    }
    const body = entry.get("block");
    for (const name of ["rescue", "always"])
      if (isFilled(entry.get(name)) && !isFilled(body))
        this.#problems.add(
          "PLAYBOOKS_MALFORMED",
          context.file.place(entry, name),
          `'${name}' keyword cannot be used without 'block'`,
        );
  }

  /** Checks that known keywords are honoured and makes the directives of one entry. */
  directives(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    context: { readonly outer: Directives | undefined; readonly role: Role | undefined; readonly file: SourceFile },
  ): Directives {
    const keywords = new Map<string, unknown>();
    for (const [key, value] of entry) {
      const name = String(key);
      if (NOT_HONOURED.has(name) && !isHarmless(name, value))
        this.#problems.add(
          "PLAYBOOKS_KEYWORD_NOT_SUPPORTED",
          context.file.place(entry, key),
          `the keyword '${name}' is not supported yet`,
        );
      keywords.set(aliasOf(name, entry), value);
    }
    const vars = entry.get("vars");
    if (!isVariables(vars))
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        context.file.place(entry, "vars"),
        "Vars in a Task must be specified as a dictionary.",
      );
    const { outer } = context;
    return {
      keywords,
      place,
      outer,
      role: context.role,
      folder: dirname(context.file.path),
      tags: [...(outer?.tags ?? []), ...tagList(entry.get("tags"))],
      ...(outer?.use === undefined || outer.role !== context.role ? {} : { use: outer.use }),
    };
  }

  async #task(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    step: string,
    context: TaskContext,
  ): Promise<PlayNode | undefined> {
    const collections = collectionsOf(entry, context);
    const source = { entry, place, file: context.file, isHandler: context.isHandler, collections };
    const found = this.#actions.action(source);
    if (found === undefined) return undefined;
    const directives = this.directives(entry, place, context);
    const loop = this.#actions.loop(source);
    const given = this.#actions.arguments(found, source);
    const task: Task = {
      type: "task",
      directives,
      module: found.module,
      writtenModule: found.written,
      ...(found.template === undefined ? {} : { moduleTemplate: found.template }),
      collections,
      arguments: given.arguments,
      argumentsTemplate: given.template,
      loop,
      step,
      isHandler: context.isHandler,
    };
    this.#checkTask(task, entry, context);
    if (task.module === "ansible.builtin.import_tasks") return this.imports.importTasks(task, context);
    if (task.module === "ansible.builtin.import_role") return this.imports.importRole(task, context);
    if (task.module === "ansible.builtin.include_tasks") this.imports.checkFile(task);
    if (task.module === "ansible.builtin.include_role") this.imports.checkRole(task);
    return task;
  }

  #checkTask(task: Task, entry: ReadonlyMap<unknown, unknown>, context: TaskContext): void {
    const { place } = task.directives;
    this.#checkLoopControl(entry, context);
    if (task.module === "ansible.builtin.meta")
      this.#checkMeta(String(task.arguments.get("free_form") ?? ""), place, context);
    const register = entry.get("register");
    if (register !== undefined && register !== null && !/^[A-Za-z_]\w*$/.test(String(register)))
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        context.file.place(entry, "register"),
        `Invalid 'register' specified: '${String(register)}' is not a valid variable name`,
      );
    if (!INCLUDES.has(task.module)) return;
    const isInclude = task.module.startsWith("ansible.builtin.include_");
    for (const key of entry.keys()) {
      const name = String(key);
      if (!isInclude || INCLUDE_KEYWORDS.has(name) || name.startsWith("with_") || name === task.writtenModule) continue;
      this.#problems.add(
        "PLAYBOOKS_UNKNOWN_KEYWORD",
        context.file.place(entry, key),
        `'${name}' is not a valid attribute for a ${task.module.endsWith("_role") ? "IncludeRole" : "TaskInclude"}`,
      );
    }
    if (context.isHandler && task.module.endsWith("_role"))
      this.#problems.add("PLAYBOOKS_MALFORMED", place, `Using '${task.writtenModule}' as a handler is not supported.`);
  }

  #checkLoopControl(entry: ReadonlyMap<unknown, unknown>, context: TaskContext): void {
    const control = entry.get("loop_control");
    if (control === undefined || control === null) return;
    if (!(control instanceof Map)) {
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        context.file.place(entry, "loop_control"),
        "the `loop_control` value must be specified as a dictionary and cannot be a variable itself (though it can contain variables)",
      );
      return;
    }
    for (const key of control.keys()) {
      if (!LOOP_CONTROL_KEYWORDS.has(String(key)))
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          context.file.place(control, key),
          `'${String(key)}' is not a valid attribute for a LoopControl`,
        );
    }
  }

  #checkMeta(action: string, place: Place, context: TaskContext): void {
    const refuse = (message: string) => this.#problems.add("PLAYBOOKS_MALFORMED", place, message);
    if (!META_ACTIONS.has(action)) refuse(`invalid meta action requested: ${action}`);
    if (action === "end_role" && context.isHandler) refuse("Cannot execute 'end_role' from a handler");
    else if (action === "end_role" && context.role === undefined)
      refuse("Cannot execute 'end_role' from outside of a role");
    if (action === "flush_handlers" && context.isHandler) refuse("flush_handlers cannot be used as a handler");
  }
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function isVariables(value: unknown): boolean {
  if (value === undefined || value === null || value instanceof Map) return true;
  return Array.isArray(value) && value.every((part) => part instanceof Map);
}

/** Collections searched for short names: the entry's own, those around it, the role's. */
function collectionsOf(entry: ReadonlyMap<unknown, unknown>, context: TaskContext): readonly string[] {
  const own = listOf(entry.get("collections"));
  if (own.length > 0) return own;
  for (let at: Directives | undefined = context.outer; at !== undefined && at.role === context.role; at = at.outer) {
    const around = listOf(at.keywords.get("collections"));
    if (around.length > 0) return around;
  }
  return context.role?.collections ?? [];
}

function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String).filter((name) => !isTemplate(name));
}

/** What a keyword with a second name is called; `user` is a module where it is no play's. */
function aliasOf(name: string, entry: ReadonlyMap<unknown, unknown>): string {
  if (name === "async_val") return "async";
  return name === "user" && entry.has("hosts") ? "remote_user" : name;
}

/** Values that say nothing beyond the default. */
function isHarmless(keyword: string, value: unknown): boolean {
  if (keyword === "debugger") return value === null || value === "never";
  return value === null;
}
