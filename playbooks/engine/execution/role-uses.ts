import type { RoleUse, Task } from "../loader/nodes.ts";

/** Which roles a play has run on which host: a role runs once, unless it allows duplicates or its use differs. */
export class RoleUses {
  readonly #ran = new Set<string>();
  readonly #done = new Set<string>();
  readonly #left = new Map<string, Set<unknown>>();

  /** Notes that a task of the role was carried out, not skipped. */
  ran(task: Task, host: string): void {
    const { use } = task.directives;
    if (use !== undefined) this.#ran.add(`${use.key} ${host}`);
  }

  /** The end of the role was reached on a host. */
  end(use: RoleUse, host: string): void {
    if (this.#ran.has(`${use.key} ${host}`)) this.#done.add(`${use.key} ${host}`);
    this.#left.get(host)?.delete(use.instance);
  }

  isDone(use: RoleUse, host: string): boolean {
    return !use.allowDuplicates && this.#done.has(`${use.key} ${host}`);
  }

  /** `meta: end_role`: nothing more of this use of the role runs on the host. */
  leave(task: Task, host: string): void {
    const instance = task.directives.use?.instance;
    const left = this.#left.get(host) ?? new Set();
    this.#left.set(host, left.add(instance));
  }

  isLeft(task: Task, host: string): boolean {
    const left = this.#left.get(host);
    if (left === undefined || left.size === 0) return false;
    for (let at: Task["directives"] | undefined = task.directives; at !== undefined; at = at.outer)
      if (at.use !== undefined && left.has(at.use.instance)) return true;
    return false;
  }
}
