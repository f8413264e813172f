import { basename, join } from "node:path";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import { ROLE_KEYWORDS } from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Block, Directives, PlayNode, Role, RoleUse, Task } from "./nodes.ts";
import type { Place, Problems } from "./problems.ts";
import { argumentSpecTask } from "./role-argument-specs.ts";
import type { RoleFiles } from "./role-files.ts";
import { readVariableFiles } from "./role-variables.ts";
import type { SourceFile, SourceFiles } from "./source-files.ts";
import type { TaskContext, TaskLoader } from "./task-loader.ts";

const MAX_DEPTH = 60;

/** Roles and handlers one play has met so far. */
export interface PlayRoles {
  readonly roles: Role[];
  readonly handlers: PlayNode[];
}

interface From {
  readonly tasks: string;
  readonly handlers: string;
  readonly defaults: string;
  readonly vars: string;
}

const MAIN: From = { tasks: "main", handlers: "main", defaults: "main", vars: "main" };

/** How a role is used. */
interface Use {
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly parent: Role | undefined;
  readonly from: From;
  readonly isPublic: boolean;
  readonly fromInclude: boolean;
  readonly validates: boolean;
  /** What tells it from other uses, besides the role. */
  readonly marks: unknown;
  readonly allowDuplicates: boolean | undefined;
}

interface LoadedRole {
  readonly role: Role & { readonly dependencies: Role[] };
  readonly meta: SourceFile | undefined;
  readonly values: ReadonlyMap<unknown, unknown>;
}

/** Finds roles and turns them into blocks. */
export class RoleLoader {
  readonly #files: SourceFiles;
  readonly #tasks: TaskLoader;
  readonly #problems: Problems;
  readonly #vault: VaultValues;
  readonly #roles: RoleFiles;
  readonly #modules: ModuleTable;
  #depth = 0;
  #current: PlayRoles | undefined;

  constructor(
    files: SourceFiles,
    tasks: TaskLoader,
    problems: Problems,
    vault: VaultValues,
    roles: RoleFiles,
    modules: ModuleTable,
  ) {
    this.#files = files;
    this.#tasks = tasks;
    this.#problems = problems;
    this.#vault = vault;
    this.#roles = roles;
    this.#modules = modules;
  }

  /** Everything met from now on belongs to this play. */
  enter(play: PlayRoles | undefined): void {
    this.#current = play;
  }

  /** One entry of `roles:` or of a role's dependencies, with the roles it depends on before it. */
  async entry(
    entry: unknown,
    place: Place,
    context: TaskContext,
    play: PlayRoles,
    parent?: LoadedRole["role"],
  ): Promise<Block[]> {
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
    const directives = this.#tasks.directives(keywords, place, context);
    const name = context.resolveName(written, place, directives);
    return this.#deeper(place, async () => {
      const marks = [...keywords].filter(([key]) => key === "vars" || key === "tags" || key === "when");
      const use: Use = {
        parameters,
        parent,
        from: MAIN,
        isPublic: true,
        fromInclude: false,
        validates: true,
        marks,
        allowDuplicates: undefined,
      };
      return this.#use(name, use, directives, context, play, `${context.step}${basename(name)}/`);
    });
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
    const flag = (key: string) => (task.arguments.has(key) ? isYes(task.arguments.get(key)) : undefined);
    const use: Use = {
      parameters: new Map(),
      parent: context.role,
      from: {
        tasks: from("tasks_from"),
        handlers: from("handlers_from"),
        defaults: from("defaults_from"),
        vars: from("vars_from"),
      },
      isPublic: flag("public") ?? isStatic,
      fromInclude: true,
      validates: flag("rolespec_validate") ?? true,
      marks: [
        "include",
        task.directives.keywords.get("vars"),
        task.directives.keywords.get("when"),
        task.directives.tags,
      ],
      allowDuplicates: flag("allow_duplicates") ?? true,
    };
    const target = this.#current ?? play;
    const blocks = await this.#deeper(task.directives.place, () =>
      this.#use(name, use, task.directives, context, target, `${task.step}>${basename(name)}/`),
    );
    const [first] = blocks;
    if (first === undefined) return undefined;
    return { type: "block", directives: task.directives, body: blocks, rescue: [], always: [] };
  }

  async #deeper(place: Place, work: () => Promise<Block[]>): Promise<Block[]> {
    if (this.#depth >= MAX_DEPTH) {
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        place,
        "A recursion loop was detected with the roles specified. Make sure child roles do not have dependencies on parent roles",
      );
      return [];
    }
    this.#depth++;
    try {
      return await work();
    } finally {
      this.#depth--;
    }
  }

  /** The blocks of a role: those of the roles it depends on, then its own. */
  async #use(
    name: string,
    use: Use,
    directives: Directives,
    context: TaskContext,
    play: PlayRoles,
    step: string,
  ): Promise<Block[]> {
    const loaded = await this.#load(name, use, directives);
    if (loaded === undefined) return [];
    const { role, meta, values } = loaded;
    const blocks: Block[] = [];
    const dependencies: unknown = values.get("dependencies");
    const around = { ...directives, role: undefined };
    for (const [index, dependency] of (Array.isArray(dependencies) ? (dependencies as unknown[]) : []).entries()) {
      const place = meta?.place(dependencies, index) ?? directives.place;
      // What they are is known to the role that depends on them; what stands around the role stands around them.
      blocks.push(...(await this.entry(dependency, place, { ...context, outer: around, role: undefined }, play, role)));
    }
    // A dependency is known to the role that depends on it.
    if (use.parent === undefined || use.fromInclude) play.roles.push(role);
    const marked = JSON.stringify([role.path, role.collection, use.marks, [...use.parameters], use.from], mapsAsLists);
    const allowed = use.allowDuplicates ?? isYes(values.get("allow_duplicates"));
    const own: RoleUse = { key: marked, allowDuplicates: allowed, instance: role };
    blocks.push(await this.#block(loaded, use, own, directives, context, play, step));
    if (use.parent !== undefined && !use.fromInclude) (use.parent.dependencies as Role[]).push(role);
    return blocks;
  }

  async #block(
    loaded: LoadedRole,
    use: Use,
    own: RoleUse,
    outer: Directives,
    context: TaskContext,
    play: PlayRoles,
    step: string,
  ): Promise<Block> {
    const { role } = loaded;
    const directives: Directives = {
      ...outer,
      keywords: new Map(),
      outer,
      role,
      folder: join(role.path, "tasks"),
      use: own,
    };
    const read = async (kind: "tasks" | "handlers"): Promise<PlayNode[]> => {
      const path = await this.#roles.file(role.path, kind, use.from[kind]);
      if (path === undefined) {
        if (use.from[kind] !== "main")
          this.#problems.add(
            "PLAYBOOKS_FILE_NOT_FOUND",
            outer.place,
            `Could not find specified file in role: ${kind}/${use.from[kind]}`,
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
    const tasks = await read("tasks");
    const check = use.validates
      ? await argumentSpecTask(loaded, use.from.tasks, directives, step, this.#roles, this.#files)
      : undefined;
    const body = check === undefined ? tasks : [check, ...tasks];
    return { type: "block", directives, body, rescue: [], always: [], use: own };
  }

  async #load(name: string, use: Use, directives: Directives): Promise<LoadedRole | undefined> {
    const collections = collectionsAround(directives, use.parent);
    const found = await this.#roles.find(name, collections, use.parent?.path);
    if (found === undefined) {
      this.#problems.add(
        "PLAYBOOKS_UNKNOWN_ROLE",
        directives.place,
        `the role '${name}' was not found in ${this.#roles.searched}`,
      );
      return undefined;
    }
    const { path } = found;
    this.#modules.addSite(path);
    const metaPath = await this.#roles.file(path, "meta", "main");
    const meta = metaPath === undefined ? undefined : await this.#files.read(metaPath);
    const values = meta?.value instanceof Map ? meta.value : new Map<unknown, unknown>();
    const listed: unknown = values.get("collections");
    const role = {
      name: found.name,
      path,
      defaults: await readVariableFiles(path, "defaults", use.from.defaults, this.#vault),
      variables: await readVariableFiles(path, "vars", use.from.vars, this.#vault),
      parameters: use.parameters,
      parent: use.parent,
      isPublic: use.isPublic,
      dependencies: [] as Role[],
      collections: [
        ...(found.collection === undefined ? [] : [found.collection]),
        ...(Array.isArray(listed) ? listed.map(String) : []),
      ],
      fromInclude: use.fromInclude,
      collection: found.collection,
    };
    return { role, meta, values };
  }
}

function collectionsAround(directives: Directives, parent: Role | undefined): readonly string[] {
  const found = new Set<string>();
  for (let at: Directives | undefined = directives; at !== undefined; at = at.outer) {
    const value = at.keywords.get("collections");
    if (Array.isArray(value)) for (const name of value) found.add(String(name));
    else if (typeof value === "string") found.add(value);
  }
  for (const name of parent?.collections ?? []) found.add(name);
  return [...found];
}

function isYes(value: unknown): boolean {
  return value === true || /^(?:yes|true|on|1|y|t)$/i.test(String(value));
}

export function emptyPlayRoles(): PlayRoles {
  return { roles: [], handlers: [] };
}

function mapsAsLists(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Map ? [...(value as Map<unknown, unknown>)] : value;
}
