import { stat } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import { ROLE_KEYWORDS } from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Block, Directives, PlayNode, Role, Task } from "./nodes.ts";
import type { Place, Problems } from "./problems.ts";
import { readVariableFiles } from "./role-variables.ts";
import type { SourceFiles } from "./source-files.ts";
import type { TaskContext, TaskLoader } from "./task-loader.ts";

const MAX_DEPENDENCIES = 200;

/** Roles and handlers one play has met so far. */
export interface PlayRoles {
  readonly roles: Role[];
  readonly handlers: PlayNode[];
  /** Uses met, for roles that run once. */
  readonly used: Set<string>;
}

interface RoleFiles {
  readonly tasks: string;
  readonly handlers: string;
  readonly defaults: string;
  readonly vars: string;
}

const MAIN: RoleFiles = { tasks: "main", handlers: "main", defaults: "main", vars: "main" };

/** Finds roles and turns them into blocks. */
export class RoleLoader {
  readonly #files: SourceFiles;
  readonly #tasks: TaskLoader;
  readonly #problems: Problems;
  readonly #vault: VaultValues;
  readonly #folders: readonly string[];
  readonly #modules: ModuleTable;
  #depth = 0;

  /** `folders` are searched in order for a role's folder. */
  constructor(
    files: SourceFiles,
    tasks: TaskLoader,
    problems: Problems,
    vault: VaultValues,
    folders: readonly string[],
    modules: ModuleTable,
  ) {
    this.#files = files;
    this.#tasks = tasks;
    this.#problems = problems;
    this.#vault = vault;
    this.#folders = folders;
    this.#modules = modules;
  }

  /** One entry of `roles:` or of a role's dependencies, with the roles it depends on before it. */
  async entry(entry: unknown, place: Place, context: TaskContext, play: PlayRoles, parent?: Role): Promise<Block[]> {
    if (++this.#depth > MAX_DEPENDENCIES) {
      this.#problems.add("PLAYBOOKS_MALFORMED", place, "roles depend on each other in a circle");
      return [];
    }
    const map = entry instanceof Map ? entry : new Map<unknown, unknown>([["role", entry]]);
    const written = map.get("role") ?? map.get("name");
    if (typeof written !== "string") {
      this.#problems.add("PLAYBOOKS_MALFORMED", place, "role definitions must contain a role name");
      return [];
    }
    const parameters = new Map<string, unknown>();
    const keywords = new Map<unknown, unknown>();
    for (const [key, value] of map) {
      if (key === "role" || key === "name") continue;
      if (ROLE_KEYWORDS.has(String(key))) keywords.set(key, value);
      else parameters.set(String(key), value);
    }
    const directives = this.#tasks.directives(keywords, place, { ...context, outer: context.outer });
    const found = await this.#load(context.resolveName(written, place), parameters, place, parent, MAIN, true);
    if (found === undefined) return [];
    const blocks: Block[] = [];
    for (const [index, dependency] of found.dependencies.entries()) {
      blocks.push(
        ...(await this.entry(
          dependency,
          found.metaPlace(index),
          { ...context, outer: directives, role: undefined },
          play,
          found.role,
        )),
      );
    }
    const use = `${found.role.path} ${JSON.stringify([...parameters])} ${JSON.stringify(
      [...keywords].filter(([key]) => key === "vars" || key === "tags" || key === "when"),
      mapsAsLists,
    )}`;
    if (play.used.has(use) && !found.allowDuplicates) return blocks;
    play.used.add(use);
    play.roles.push(found.role);
    blocks.push(await this.#block(found.role, directives, context, play, MAIN, `${context.step}${found.role.name}/`));
    this.#depth--;
    return blocks;
  }

  /** A role brought in by a task, as a block; static for import_role. */
  async included(
    name: string,
    task: Task,
    context: TaskContext,
    isStatic: boolean,
    play: PlayRoles = emptyPlayRoles(),
  ): Promise<Block | undefined> {
    const from = (key: string) => String(task.arguments.get(key) ?? "main");
    const files = {
      tasks: from("tasks_from"),
      handlers: from("handlers_from"),
      defaults: from("defaults_from"),
      vars: from("vars_from"),
    };
    const isPublic = isStatic || task.arguments.get("public") === true;
    const found = await this.#load(name, new Map(), task.directives.place, context.role, files, isPublic);
    if (found === undefined) return undefined;
    const target = this.#current ?? play;
    const dependencies: Block[] = [];
    for (const [index, dependency] of found.dependencies.entries())
      dependencies.push(
        ...(await this.entry(
          dependency,
          found.metaPlace(index),
          { ...context, outer: task.directives, role: undefined },
          target,
          found.role,
        )),
      );
    if (isPublic) target.roles.push(found.role);
    const block = await this.#block(
      found.role,
      task.directives,
      context,
      target,
      files,
      `${task.step}>${found.role.name}/`,
    );
    return { ...block, body: [...dependencies, ...block.body] };
  }

  #current: PlayRoles | undefined;

  /** Everything met from now on belongs to this play. */
  enter(play: PlayRoles | undefined): void {
    this.#current = play;
  }

  async #block(
    role: Role,
    outer: Directives,
    context: TaskContext,
    play: PlayRoles,
    from: RoleFiles,
    step: string,
  ): Promise<Block> {
    const directives: Directives = { ...outer, keywords: new Map(), outer, role, folder: join(role.path, "tasks") };
    const read = async (kind: "tasks" | "handlers"): Promise<PlayNode[]> => {
      const path = await this.#file(role.path, kind, from[kind]);
      if (path === undefined) {
        if (from[kind] !== "main")
          this.#problems.add(
            "PLAYBOOKS_FILE_NOT_FOUND",
            outer.place,
            `Could not find specified file in role: ${kind}/${from[kind]}`,
          );
        return [];
      }
      const file = await this.#files.read(path);
      return this.#tasks.tasks(file.value, {
        ...context,
        file,
        role,
        outer: directives,
        step: `${step}${kind}/${basename(path)}:`,
        isHandler: kind === "handlers",
        depth: context.depth + 1,
      });
    };
    play.handlers.push(...(await read("handlers")));
    return { type: "block", directives, body: await read("tasks"), rescue: [], always: [] };
  }

  async #load(
    name: string,
    parameters: ReadonlyMap<string, unknown>,
    place: Place,
    parent: Role | undefined,
    from: RoleFiles,
    isPublic: boolean,
  ) {
    const path = await this.#find(name, parent);
    if (path === undefined) {
      this.#problems.add(
        "PLAYBOOKS_UNKNOWN_ROLE",
        place,
        `the role '${name}' was not found in ${this.#folders.join(":")}`,
      );
      return undefined;
    }
    this.#modules.addSite(path);
    const metaPath = await this.#file(path, "meta", "main");
    const meta = metaPath === undefined ? undefined : await this.#files.read(metaPath);
    const values = meta?.value instanceof Map ? meta.value : new Map<unknown, unknown>();
    const dependencies: unknown = values.get("dependencies");
    const role: Role = {
      name: basename(name),
      path,
      defaults: await readVariableFiles(path, "defaults", from.defaults, this.#vault),
      variables: await readVariableFiles(path, "vars", from.vars, this.#vault),
      parameters,
      parent,
      isPublic,
      dependencies: [],
    };
    return {
      role,
      dependencies: Array.isArray(dependencies) ? (dependencies as unknown[]) : [],
      metaPlace: (index: number) => meta?.place(dependencies, index) ?? place,
      allowDuplicates: values.get("allow_duplicates") === true,
    };
  }

  async #find(name: string, parent: Role | undefined): Promise<string | undefined> {
    if (name === "") return undefined;
    const folders = [...this.#folders, ...(parent === undefined ? [] : [join(parent.path, "..")])];
    const candidates = isAbsolute(name) ? [name] : folders.map((folder) => resolve(folder, name));
    for (const candidate of candidates) {
      const entry = await stat(candidate).catch(() => undefined);
      if (entry?.isDirectory() === true) return candidate;
    }
    return undefined;
  }

  async #file(role: string, kind: string, name: string): Promise<string | undefined> {
    for (const extension of ["", ".yml", ".yaml", ".json"]) {
      const path = join(role, kind, name + extension);
      if (await this.#files.exists(path)) return path;
    }
    return undefined;
  }
}

export function emptyPlayRoles(): PlayRoles {
  return { roles: [], handlers: [], used: new Set() };
}

function mapsAsLists(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
}
