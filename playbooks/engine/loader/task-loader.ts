import { dirname, isAbsolute, join } from "node:path";
import { isTemplate } from "../expression/templar.ts";
import { parseArgumentText } from "./argument-words.ts";
import {
  BLOCK_KEYWORDS,
  HANDLER_KEYWORDS,
  LOOP_CONTROL_KEYWORDS,
  NOT_HONOURED,
  ROLE_INCLUDE_ARGUMENTS,
  TASK_KEYWORDS,
} from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Block, Directives, PlayNode, Role, Task } from "./nodes.ts";
import { type Place, type Problems, placeText } from "./problems.ts";
import type { RoleLoader } from "./role-loader.ts";
import type { SourceFile, SourceFiles } from "./source-files.ts";
import { tagList } from "./tags.ts";

const MAX_DEPTH = 100;

const META_ACTIONS: ReadonlySet<string> = new Set([
  "clear_facts",
  "clear_host_errors",
  "end_batch",
  "end_host",
  "end_play",
  "flush_handlers",
  "noop",
  "reset_connection",
]);

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
  resolveName(text: string, place: Place): string;
}

/** Turns lists of tasks into nodes: checks every keyword and module, follows imports. */
export class TaskLoader {
  readonly #files: SourceFiles;
  readonly #modules: ModuleTable;
  readonly #problems: Problems;
  #roles: RoleLoader | undefined;

  constructor(files: SourceFiles, modules: ModuleTable, problems: Problems) {
    this.#files = files;
    this.#modules = modules;
    this.#problems = problems;
  }

  setRoles(roles: RoleLoader): void {
    this.#roles = roles;
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
      const node = entry.has("block")
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
    for (const key of entry.keys()) {
      if (!BLOCK_KEYWORDS.has(String(key)))
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          context.file.place(entry, key),
          `'${String(key)}' is not a valid attribute for a Block`,
        );
    }
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
      // Of a play, `user` is another word for remote_user; of a task it is the module.
      keywords.set(name === "user" && entry.has("hosts") ? "remote_user" : name, value);
    }
    return {
      keywords,
      place,
      outer: context.outer,
      role: context.role,
      folder: dirname(context.file.path),
      tags: [...(context.outer?.tags ?? []), ...tagList(entry.get("tags"))],
    };
  }

  async #task(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    step: string,
    context: TaskContext,
  ): Promise<PlayNode | undefined> {
    const found = this.#action(entry, place, context);
    if (found === undefined) return undefined;
    const { written, module, raw } = found;
    const directives = this.directives(entry, place, context);
    const loop = loopOf(entry);
    this.#checkLoopControl(entry, context);
    const given = this.#arguments(raw, entry, module, place, context);
    const task: Task = {
      type: "task",
      directives,
      module,
      writtenModule: written,
      arguments: given.arguments,
      argumentsTemplate: given.template,
      loop,
      step,
      isHandler: context.isHandler,
    };
    if (module === "ansible.builtin.meta") this.#checkMeta(String(given.arguments.get("free_form") ?? ""), place);
    if (module === "ansible.builtin.import_tasks") return this.#importTasks(task, context);
    if (module === "ansible.builtin.import_role") return this.#importRole(task, context);
    if (module === "ansible.builtin.include_tasks") await this.#previewInclude(task, context);
    if (module === "ansible.builtin.include_role") await this.#previewRole(task, context);
    return task;
  }

  /** Which key of a task is its module; reports unknown keys. */
  #action(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    context: TaskContext,
  ): { readonly written: string; readonly module: string; readonly raw: unknown } | undefined {
    const known = context.isHandler ? HANDLER_KEYWORDS : TASK_KEYWORDS;
    const others = [...entry.keys()].map(String).filter((key) => !known.has(key) && !key.startsWith("with_"));
    let written: string | undefined;
    let raw: unknown;
    for (const keyword of ["action", "local_action"]) {
      if (!entry.has(keyword)) continue;
      const value = entry.get(keyword);
      if (value instanceof Map) {
        written = String(value.get("module") ?? "");
        raw = new Map([...value].filter(([key]) => key !== "module"));
      } else {
        const [, name = "", rest = ""] = /^\s*(\S+)\s*([\s\S]*)$/.exec(String(value)) ?? [];
        written = name;
        raw = rest === "" ? null : rest;
      }
    }
    const modules = others.filter((key) => this.#modules.resolve(key) !== undefined);
    if (written === undefined && (modules.length === 1 || others.length === 1)) {
      written = modules[0] ?? others[0];
      raw = entry.get(written);
    }
    for (const key of others) {
      if (key === written) continue;
      if (modules.includes(key) && written !== undefined)
        this.#problems.add(
          "PLAYBOOKS_MALFORMED",
          context.file.place(entry, key),
          `conflicting action statements: ${written}, ${key}`,
        );
      else
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          context.file.place(entry, key),
          `'${key}' is not a keyword of a ${context.isHandler ? "handler" : "task"} and no module`,
        );
    }
    if (written === undefined) {
      if (others.length === 0) this.#problems.add("PLAYBOOKS_MALFORMED", place, "no module/action detected in task.");
      return undefined;
    }
    const module = this.#modules.resolve(written);
    if (module !== undefined) return { written, module, raw };
    this.#problems.add(
      "PLAYBOOKS_UNKNOWN_MODULE",
      context.file.place(entry, written),
      this.#modules.refusal(written) ?? `the module '${written}' is not known`,
    );
    return undefined;
  }

  #arguments(
    raw: unknown,
    entry: ReadonlyMap<unknown, unknown>,
    module: string,
    place: Place,
    context: TaskContext,
  ): { arguments: Map<string, unknown>; template: string | undefined } {
    const found = new Map<string, unknown>();
    let template: string | undefined;
    const merge = (value: unknown, place: Place) => {
      if (value instanceof Map) for (const [key, item] of value) found.set(String(key), item);
      else if (
        typeof value === "string" &&
        /^\s*\{\{[\s\S]*\}\}\s*$/.test(value) &&
        this.#modules.freeForm(module) === undefined
      )
        template = value;
      else if (value !== null && value !== undefined) {
        const words = parseArgumentText(String(value), this.#modules.freeForm(module));
        if (words === undefined)
          this.#problems.add(
            "PLAYBOOKS_MALFORMED",
            place,
            `this task has extra params, which is only allowed for free-form modules: ${String(value)}`,
          );
        for (const [key, item] of words ?? []) found.set(key, item);
      }
    };
    merge(entry.get("args"), context.file.place(entry, "args"));
    if (module === "ansible.builtin.meta") found.set("free_form", String(raw ?? "").trim());
    else merge(raw, place);
    return { arguments: found, template };
  }

  #checkLoopControl(entry: ReadonlyMap<unknown, unknown>, context: TaskContext): void {
    const control = entry.get("loop_control");
    if (!(control instanceof Map)) return;
    for (const key of control.keys()) {
      if (!LOOP_CONTROL_KEYWORDS.has(String(key)))
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          context.file.place(control, key),
          `'${String(key)}' is not a valid attribute for a LoopControl`,
        );
    }
  }

  #checkMeta(action: string, place: Place): void {
    if (META_ACTIONS.has(action)) return;
    const isKnown = ["end_role", "refresh_inventory"].includes(action);
    if (isKnown) this.#problems.add("PLAYBOOKS_KEYWORD_NOT_SUPPORTED", place, `'meta: ${action}' is not supported yet`);
    else this.#problems.add("PLAYBOOKS_MALFORMED", place, `invalid meta action requested: ${action}`);
  }

  async #importTasks(task: Task, context: TaskContext): Promise<PlayNode | undefined> {
    const { place } = task.directives;
    if (task.loop !== undefined) {
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        place,
        "You cannot use loops on 'import_tasks' statements. You should use 'include_tasks' instead.",
      );
      return undefined;
    }
    const name = context.resolveName(
      String(task.arguments.get("file") ?? task.arguments.get("_raw_params") ?? ""),
      place,
    );
    const path = await this.findTaskFile(name, task.directives, context);
    if (path === undefined) {
      this.#problems.add("PLAYBOOKS_FILE_NOT_FOUND", place, `could not find the file ${name} to import tasks from`);
      return undefined;
    }
    return this.importedFile(path, task, context);
  }

  /** The tasks of a file as a block that stands in `task`. */
  async importedFile(path: string, task: Task, context: TaskContext, step = task.step): Promise<Block | undefined> {
    if (context.depth > MAX_DEPTH) {
      this.#problems.add("PLAYBOOKS_MALFORMED", task.directives.place, "imports are nested too deeply");
      return undefined;
    }
    const file = await this.#files.read(path);
    const body = await this.tasks(file.value, {
      ...context,
      file,
      outer: task.directives,
      step: `${step}>${placeText({ file: file.shown.split("/").at(-1) ?? "", line: undefined })}:`,
      depth: context.depth + 1,
    });
    return { type: "block", directives: { ...task.directives, folder: dirname(path) }, body, rescue: [], always: [] };
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

  async #importRole(task: Task, context: TaskContext): Promise<PlayNode | undefined> {
    const { place } = task.directives;
    for (const key of task.arguments.keys()) {
      if (!ROLE_INCLUDE_ARGUMENTS.has(key))
        this.#problems.add("PLAYBOOKS_UNKNOWN_KEYWORD", place, `Invalid options for import_role: ${key}`);
    }
    if (task.loop !== undefined) {
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        place,
        "You cannot use loops on 'import_role' statements. You should use 'include_role' instead.",
      );
      return undefined;
    }
    const name = context.resolveName(String(task.arguments.get("name") ?? task.arguments.get("role") ?? ""), place);
    return this.#roles?.included(name, task, context, true);
  }

  /** Looks into a file that will surely be included, so that what is wrong in it is known before the run. */
  async #previewInclude(task: Task, context: TaskContext): Promise<void> {
    const name = task.arguments.get("file") ?? task.arguments.get("_raw_params");
    if (typeof name !== "string" || isTemplate(name) || context.depth > 20) return;
    const path = await this.findTaskFile(name, task.directives, context);
    if (path === undefined || path === context.file.path) return;
    await this.importedFile(path, task, { ...context, depth: context.depth + 5 });
  }

  async #previewRole(task: Task, context: TaskContext): Promise<void> {
    for (const key of task.arguments.keys()) {
      if (!ROLE_INCLUDE_ARGUMENTS.has(key))
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          task.directives.place,
          `Invalid options for include_role: ${key}`,
        );
    }
    const name = task.arguments.get("name") ?? task.arguments.get("role");
    if (typeof name !== "string" || isTemplate(name) || context.depth > 20 || context.role?.name === name) return;
    const from = [...task.arguments].some(([key, value]) => key.endsWith("_from") && isTemplate(String(value)));
    if (!from) await this.#roles?.included(name, task, { ...context, depth: context.depth + 5 }, false);
  }
}

/** Folders of the files around a task, innermost first. */
function outerFolders(directives: Directives): string[] {
  const folders = new Set<string>();
  for (let at: Directives | undefined = directives; at !== undefined && at.role === directives.role; at = at.outer)
    folders.add(at.folder);
  return [...folders];
}

/** Values that say nothing beyond the default. */
function isHarmless(keyword: string, value: unknown): boolean {
  if (keyword === "async" || keyword === "timeout") return value === 0 || value === null;
  if (keyword === "poll") return typeof value === "number" && value > 0;
  return value === null || (keyword === "vars_prompt" && Array.isArray(value) && value.length === 0);
}

function loopOf(entry: ReadonlyMap<unknown, unknown>): Task["loop"] {
  if (entry.has("loop")) return { lookup: undefined, value: entry.get("loop") };
  for (const [key, value] of entry) {
    const name = String(key);
    if (name.startsWith("with_")) return { lookup: name.slice(5), value };
  }
  return undefined;
}
