import { dirname, isAbsolute, join } from "node:path";
import type { VaultValues } from "#inventory/loader/vault-values.ts";
import type { Scope } from "../expression/scope.ts";
import { isTemplate, type Templar } from "../expression/templar.ts";
import type { RunSettings } from "../run.ts";
import { namedValues } from "../variables/host-scope.ts";
import { IMPORT_PLAYBOOK_KEYWORDS, PLAY_KEYWORDS } from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Directives, Play, PlayNode, Role, Task } from "./nodes.ts";
import { type Place, Problems, problemError } from "./problems.ts";
import { RoleFiles } from "./role-files.ts";
import { emptyPlayRoles, RoleLoader } from "./role-loader.ts";
import { type SourceFile, SourceFiles } from "./source-files.ts";
import { tagList } from "./tags.ts";
import { type TaskContext, TaskLoader } from "./task-loader.ts";

const STRATEGIES: ReadonlySet<string> = new Set(
  ["linear", "free", "host_pinned"].flatMap((name) => [name, `ansible.builtin.${name}`, `ansible.legacy.${name}`]),
);
const MAX_IMPORTS = 100;
const IMPORTS = ["import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook"];

export interface PlaybookLoaderOptions {
  readonly playbook: string;
  /** Texts of files that need not exist, by path. */
  readonly texts?: ReadonlyMap<string, string>;
  readonly rolesPath: readonly string[];
  readonly collectionsPath: readonly string[];
  readonly settings: RunSettings;
  readonly modules: ModuleTable;
  readonly vault: VaultValues;
  readonly templar: Templar;
  /** What is known before the run: extra variables. */
  readonly scope: Scope;
}

/** Reads a playbook whole, then what is included while it runs. Everything wrong is told at once, before any host is touched. */
export class PlaybookLoader {
  readonly #options: PlaybookLoaderOptions;
  readonly #files: SourceFiles;
  readonly #folder: string;

  constructor(options: PlaybookLoaderOptions) {
    this.#options = options;
    this.#folder = dirname(options.playbook);
    this.#files = new SourceFiles(this.#folder, options.vault, options.texts);
  }

  /** Every play, imported playbooks in place. Throws one error that lists all problems. */
  async load(): Promise<Play[]> {
    const problems = new Problems();
    const plays = await this.#playbook(this.#options.playbook, problems, undefined, 0);
    problems.throwIfAny();
    return plays;
  }

  async #playbook(path: string, problems: Problems, outer: Directives | undefined, depth: number): Promise<Play[]> {
    const shown = this.#files.shown(path);
    if (!(await this.#files.exists(path))) {
      problems.add(
        "PLAYBOOKS_FILE_NOT_FOUND",
        outer?.place ?? { file: shown, line: undefined },
        `the playbook ${shown} could not be found`,
      );
      return [];
    }
    const file = await this.#files.read(path);
    if (!Array.isArray(file.value)) {
      problems.add("PLAYBOOKS_MALFORMED", { file: shown, line: 1 }, "a playbook is a list of plays");
      return [];
    }
    const plays: Play[] = [];
    for (const [index, entry] of file.value.entries()) {
      const place = file.place(file.value, index);
      if (!(entry instanceof Map)) problems.add("PLAYBOOKS_MALFORMED", place, "a play is a mapping of keywords");
      else if (IMPORTS.some((name) => entry.has(name)))
        plays.push(...(await this.#importPlaybook(entry, place, file, problems, outer, depth)));
      else {
        const play = await this.#play(entry, place, file, problems, outer, index);
        if (play !== undefined) plays.push(play);
      }
    }
    return plays;
  }

  async #importPlaybook(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    file: SourceFile,
    problems: Problems,
    outer: Directives | undefined,
    depth: number,
  ): Promise<Play[]> {
    if (depth > MAX_IMPORTS) {
      problems.add("PLAYBOOKS_MALFORMED", place, "playbooks import each other in a circle");
      return [];
    }
    for (const key of entry.keys()) {
      if (!IMPORT_PLAYBOOK_KEYWORDS.has(String(key)))
        problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          file.place(entry, key),
          `'${String(key)}' is not a valid attribute for a PlaybookInclude`,
        );
    }
    const tasks = new TaskLoader(this.#files, this.#options.modules, problems);
    const directives = tasks.directives(entry, place, { outer, role: undefined, file });
    const written = String(IMPORTS.map((name) => entry.get(name)).find((value) => value !== undefined));
    const name = this.#name(written, place, problems, directives);
    return this.#playbook(isAbsolute(name) ? name : join(dirname(file.path), name), problems, directives, depth + 1);
  }

  async #play(
    entry: ReadonlyMap<unknown, unknown>,
    place: Place,
    file: SourceFile,
    problems: Problems,
    outer: Directives | undefined,
    index: number,
  ): Promise<Play | undefined> {
    for (const key of entry.keys()) {
      if (!PLAY_KEYWORDS.has(String(key)))
        problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          file.place(entry, key),
          `'${String(key)}' is not a valid attribute for a Play`,
        );
    }
    if (!entry.has("hosts")) {
      problems.add("PLAYBOOKS_MALFORMED", place, "the field 'hosts' is required but was not set");
      return undefined;
    }
    const strategy = entry.get("strategy");
    if (typeof strategy === "string" && !isTemplate(strategy) && !STRATEGIES.has(strategy))
      problems.add(
        "PLAYBOOKS_KEYWORD_NOT_SUPPORTED",
        file.place(entry, "strategy"),
        strategy.endsWith("debug")
          ? `the strategy '${strategy}' is not supported yet`
          : `Invalid play strategy specified: ${strategy}`,
      );
    this.#options.modules.addSite(dirname(file.path));
    const { tasks, roles } = this.#loaders(problems, dirname(file.path));
    const directives = tasks.directives(entry, place, { outer, role: undefined, file });
    const step = `${file.shown}#${index}`;
    const play = emptyPlayRoles();
    roles.enter(play);
    const context: TaskContext = {
      outer: directives,
      role: undefined,
      file,
      step: `${step}/`,
      isHandler: false,
      depth: 0,
      playFolder: dirname(file.path),
      resolveName: (text, at, where) => this.#name(text, at, problems, where ?? directives),
    };
    const list = (name: string, isHandler = false) =>
      tasks.tasks(entry.get(name), { ...context, step: `${step}/${name}:`, isHandler });
    const pre = await list("pre_tasks");
    const fromRoles: PlayNode[] = [];
    const named = entry.get("roles");
    for (const [at, role] of (Array.isArray(named) ? (named as unknown[]) : []).entries())
      fromRoles.push(...(await roles.entry(role, file.place(named, at), context, play)));
    const own = await list("tasks");
    const post = await list("post_tasks");
    const handlers = await list("handlers", true);
    roles.enter(undefined);
    const hosts = entry.get("hosts");
    const name = entry.get("name");
    return {
      name: typeof name === "string" ? name : Array.isArray(hosts) ? hosts.map(String).join(",") : String(hosts),
      directives,
      hosts,
      sections: [pre, [...fromRoles, ...own], post],
      handlers: [...play.handlers, ...handlers],
      roles: play.roles,
      step,
      folder: dirname(file.path),
      answers: new Map(),
    };
  }

  #loaders(problems: Problems, playFolder: string): { tasks: TaskLoader; roles: RoleLoader } {
    const tasks = new TaskLoader(this.#files, this.#options.modules, problems);
    const folders = [join(playFolder, "roles"), ...this.#options.rolesPath, playFolder];
    const collections = [join(playFolder, "collections"), ...this.#options.collectionsPath];
    const files = new RoleFiles(this.#files, folders, collections);
    const roles = new RoleLoader(this.#files, tasks, problems, this.#options.vault, files, this.#options.modules);
    tasks.setRoles(roles);
    return { tasks, roles };
  }

  /** Works out a template in a name with what is known before the run: extra variables, and `vars` around it. */
  #name(text: string, place: Place, problems: Problems, around?: Directives): string {
    if (!isTemplate(text)) return text;
    const { templar, scope } = this.#options;
    const known: Scope = {
      get: (name) => {
        const value = scope.get(name);
        if (value !== undefined) return value;
        if (name === "playbook_dir") return this.#folder;
        for (let at = around; at !== undefined; at = at.outer) {
          const vars = namedValues(at.keywords.get("vars"));
          if (vars.has(name)) return templar.resolve(vars.get(name), known);
          if (at.role === undefined || at.role === at.outer?.role) continue;
          if (name === "role_path") return at.role.path;
          if (name === "role_name") return at.role.name;
          for (const values of [at.role.parameters, at.role.variables, at.role.defaults])
            if (values.has(name)) return templar.resolve(values.get(name), known);
        }
        return undefined;
      },
    };
    try {
      return String(templar.template(text, known));
    } catch (error) {
      problems.add("PLAYBOOKS_MALFORMED", place, `${text}: ${error instanceof Error ? error.message : String(error)}`);
      return "";
    }
  }

  /** Whether a person wrote this text, as it is, in one of the files read so far. */
  isWritten(text: string): Promise<boolean> {
    return this.#files.isWritten(text);
  }

  /** The tasks of a file included while a play runs, and the file's path. Throws as {@link load} does. */
  async includeTasks(
    task: Task,
    name: string,
    play: Play,
  ): Promise<{ node: PlayNode | undefined; path: string; handlers: readonly PlayNode[] }> {
    const problems = new Problems();
    const { tasks, roles } = this.#loaders(problems, play.folder);
    const met = { roles: play.roles as Role[], handlers: [] as PlayNode[] };
    roles.enter(met);
    const context = await this.#includeContext(task, play, problems);
    const path = await tasks.imports.findTaskFile(name, task.directives, context);
    if (path === undefined)
      throw problemError(
        "PLAYBOOKS_FILE_NOT_FOUND",
        task.directives.place,
        `Could not find or access '${isAbsolute(name) ? name : join(play.folder, name)}' on the Ansible Controller.`,
      );
    const node = await tasks.imports.importedFile(path, included(task), context);
    problems.throwIfAny();
    return { node, path, handlers: met.handlers };
  }

  /** A role included while a play runs, and the handlers it brings. Throws as {@link load} does. */
  async includeRole(
    task: Task,
    name: string,
    play: Play,
  ): Promise<{ node: PlayNode | undefined; handlers: readonly PlayNode[] }> {
    const problems = new Problems();
    const { roles } = this.#loaders(problems, play.folder);
    const met = { roles: play.roles as Role[], handlers: [] as PlayNode[] };
    roles.enter(met);
    const node = await roles.included(name, included(task), await this.#includeContext(task, play, problems), false);
    problems.throwIfAny();
    return { node, handlers: met.handlers };
  }

  async #includeContext(task: Task, play: Play, problems: Problems): Promise<TaskContext> {
    return {
      outer: included(task).directives,
      role: task.directives.role,
      file: await this.#files.read(this.#options.playbook),
      step: `${task.step}>`,
      isHandler: task.isHandler,
      depth: 0,
      playFolder: play.folder,
      resolveName: (text, at, where) => this.#name(text, at, problems, where ?? task.directives),
    };
  }
}

/**
 * The include as what it includes sees it: of its own keywords only the variables reach inside, besides what `apply` says;
 * what stands around it does.
 */
function included(task: Task): Task {
  const { directives } = task;
  const apply = task.arguments.get("apply");
  const keywords = new Map<string, unknown>(
    apply instanceof Map ? [...apply].map(([key, value]) => [String(key), value]) : [],
  );
  const own = namedValues(directives.keywords.get("vars"));
  const applied = namedValues(keywords.get("vars"));
  if (own.size + applied.size > 0) keywords.set("vars", new Map([...applied, ...own]));
  const tags = [...(directives.outer?.tags ?? []), ...tagList(keywords.get("tags"))];
  return { ...task, directives: { ...directives, keywords, tags } };
}
