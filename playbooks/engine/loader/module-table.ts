import type { Operation } from "../../operations/operation.ts";

/** Actions the engine itself carries out: they need no host, or are about the run rather than the host. */
export const ENGINE_ACTIONS: ReadonlySet<string> = new Set(
  [
    "add_host",
    "assert",
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
    "set_fact",
    "set_stats",
    "setup",
    "wait_for_connection",
  ].map((name) => `ansible.builtin.${name}`),
);

/** Actions whose arguments may be plain text, and the argument that text fills. */
const ENGINE_FREE_FORMS: Readonly<Record<string, string>> = {
  "ansible.builtin.include_tasks": "file",
  "ansible.builtin.import_tasks": "file",
  "ansible.builtin.import_playbook": "file",
  "ansible.builtin.include_vars": "file",
  "ansible.builtin.meta": "free_form",
};

/** Which modules there are, by every name a play may use. */
export class ModuleTable {
  readonly #operations = new Map<string, Operation>();

  constructor(operations: readonly Operation[]) {
    for (const operation of operations) for (const name of operation.modules) this.#operations.set(name, operation);
  }

  /** The fully qualified name a written one stands for; undefined when there is no such module. */
  resolve(written: string): string | undefined {
    const name = written.replace(/^ansible\.legacy\./, "ansible.builtin.");
    if (name.includes(".")) return this.#has(name) ? name : undefined;
    const builtin = `ansible.builtin.${name}`;
    if (this.#has(builtin)) return builtin;
    // Modules that once were built in are still found by their short names (`sysctl`, `mount`).
    return [...this.#operations.keys()].find((known) => known.endsWith(`.${name}`));
  }

  operation(module: string): Operation | undefined {
    return this.#operations.get(module);
  }

  /** The argument that plain text behind the module's name fills; undefined when text is read as `key=value` words. */
  freeForm(module: string): string | undefined {
    return ENGINE_FREE_FORMS[module] ?? this.#operations.get(module)?.freeForm;
  }

  #has(name: string): boolean {
    return ENGINE_ACTIONS.has(name) || this.#operations.has(name);
  }
}
