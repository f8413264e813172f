import type { Operation } from "../../operations/operation.ts";
import type { ForeignModule, ForeignModules, Refusal } from "../foreign-modules/foreign-modules.ts";

/** Actions the engine itself carries out: they need no host, or are about the run rather than the host. */
export const ENGINE_ACTIONS: ReadonlySet<string> = new Set(
  [
    "add_host",
    "assert",
    "async_status",
    "debug",
    "fail",
    "gather_facts",
    "group_by",
    "import_playbook",
    "import_role",
    "import_tasks",
    "include_role",
    "include_tasks",
    "include_vars",
    "meta",
    "pause",
    "reboot",
    "set_fact",
    "set_stats",
    "setup",
    "validate_argument_spec",
    "wait_for_connection",
  ].map((name) => `ansible.builtin.${name}`),
);

/** Modules that in Ansible have a part on the controller too: a module of a `library` replaces the other part alone. */
const CONTROLLER_PARTS: ReadonlySet<string> = new Set(
  ["assemble", "copy", "fetch", "package", "raw", "reboot", "script", "service", "template", "unarchive", "uri"].map(
    (name) => `ansible.builtin.${name}`,
  ),
);

/** Actions whose arguments may be plain text, and the argument that text fills. */
const ENGINE_FREE_FORMS: Readonly<Record<string, string>> = {
  "ansible.builtin.include_tasks": "file",
  "ansible.builtin.import_tasks": "file",
  "ansible.builtin.import_playbook": "file",
  "ansible.builtin.include_vars": "file",
  "ansible.builtin.meta": "free_form",
};

/** Groups of the modules this engine has. ansible-core's own collection defines none but this one, for its own tests. */
const ACTION_GROUPS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ansible.builtin.ping", ["testgroup", "ansible.builtin.testgroup", "ansible.legacy.testgroup"]],
]);

/** Which modules there are, by every name a play may use: the engine's own first, then those written for Ansible. */
export class ModuleTable {
  readonly #operations = new Map<string, Operation>();
  readonly #foreign: ForeignModules | undefined;

  constructor(operations: readonly Operation[], foreign?: ForeignModules) {
    for (const operation of operations) for (const name of operation.modules) this.#operations.set(name, operation);
    this.#foreign = foreign;
  }

  /** The fully qualified name a written one stands for; undefined when there is no such module, or it cannot be carried out. `collections` are searched for short names. */
  resolve(written: string, collections: readonly string[] = []): string | undefined {
    for (const name of this.#candidates(written, collections)) {
      if (this.#has(name)) return name;
      const found = this.#find(name);
      if (found !== undefined) return "refused" in found ? undefined : name;
    }
    return undefined;
  }

  /** Why a module that was found cannot be carried out; undefined when none was found. */
  refusal(written: string): string | undefined {
    for (const name of this.#candidates(written)) {
      const found = this.#find(name);
      if (found !== undefined) return "refused" in found ? found.refused : undefined;
    }
    return undefined;
  }

  /** The action groups a module belongs to, as `module_defaults` names them behind `group/`. */
  groupsOf(module: string): readonly string[] {
    return ACTION_GROUPS.get(module) ?? [];
  }

  operation(module: string): Operation | undefined {
    return this.#operations.get(module);
  }

  foreign(module: string): ForeignModule | undefined {
    if (this.#has(module)) return undefined;
    const found = this.#find(module);
    return found === undefined || "refused" in found ? undefined : found;
  }

  /** Takes a playbook's or role's folder: its `library` counts from now on. */
  addSite(folder: string): void {
    this.#foreign?.addSite(folder);
  }

  #find(name: string): ForeignModule | Refusal | undefined {
    const found = this.#foreign?.find(name);
    if (found === undefined || "refused" in found || !name.startsWith("ansible.legacy.")) return found;
    const builtin = name.replace("legacy", "builtin");
    // What the controller does itself is not asked of a module.
    if (ENGINE_ACTIONS.has(builtin)) return undefined;
    if (!this.#operations.has(builtin) || !CONTROLLER_PARTS.has(builtin)) return found;
    return {
      refused: `${found.path} would replace only the part of '${builtin}' that runs on the host, which here is one`,
    };
  }

  /** Names to look for in turn. A `library` goes before what is built in, unless `ansible.builtin` is asked for. */
  *#candidates(written: string, collections: readonly string[] = []): Iterable<string> {
    const short = written.replace(/^ansible\.legacy\./, "");
    if (!short.includes(".")) {
      for (const collection of collections) yield `${collection}.${short}`;
      yield `ansible.legacy.${short}`;
      if (this.#has(`ansible.builtin.${short}`)) yield `ansible.builtin.${short}`;
      // Modules that once were built in are still found by their short names (`sysctl`, `mount`).
      yield* [...this.#operations.keys()].filter((known) => known.endsWith(`.${short}`));
    }
    const name = short.includes(".") ? short : `ansible.builtin.${short}`;
    yield this.#has(name) ? name : (this.#foreign?.redirect(name) ?? name);
  }

  /** The argument that plain text behind the module's name fills; undefined when text is read as `key=value` words. */
  freeForm(module: string): string | undefined {
    return ENGINE_FREE_FORMS[module] ?? this.#operations.get(module)?.freeForm;
  }

  #has(name: string): boolean {
    return ENGINE_ACTIONS.has(name) || this.#operations.has(name);
  }
}
