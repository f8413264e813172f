import { createHash } from "node:crypto";
import { pythonString } from "../expression/values.ts";
import type { Play, PlayNode, Role, Task } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import type { Handlers } from "./handlers.ts";
import type { Inclusion } from "./task-runner.ts";

/** A file or role to run next, and for whom. */
export interface PreparedInclude {
  readonly key: string;
  readonly node: PlayNode;
  readonly hosts: Set<string>;
}

/** Loads what tasks include while a play runs; hosts that include the same thing share it. */
export class Includes {
  readonly #loader: PlaybookLoader;
  readonly #play: Play & { readonly roles: readonly Role[] };
  readonly #handlers: Handlers;

  constructor(loader: PlaybookLoader, play: Play, handlers: Handlers) {
    this.#loader = loader;
    this.#play = play;
    this.#handlers = handlers;
  }

  /** Adds one inclusion to `prepared`, or `hosts` to one that is the same. Throws as loading does. */
  async prepare(
    task: Task,
    inclusion: Inclusion,
    hosts: readonly string[],
    prepared: PreparedInclude[],
  ): Promise<void> {
    const key = JSON.stringify([inclusion.name, [...inclusion.given]], (_name, value: unknown) =>
      value instanceof Map ? [...(value as Map<unknown, unknown>)] : typeof value === "bigint" ? String(value) : value,
    );
    const node = prepared.some((include) => include.key === key) ? undefined : await this.#load(task, inclusion);
    const known = prepared.find((include) => include.key === key && hosts.every((host) => !include.hosts.has(host)));
    if (known !== undefined) for (const host of hosts) known.hosts.add(host);
    else {
      const own = node ?? prepared.find((include) => include.key === key)?.node;
      if (own !== undefined) prepared.push({ key, node: own, hosts: new Set(hosts) });
    }
  }

  async #load(task: Task, inclusion: Inclusion): Promise<PlayNode | undefined> {
    const item = inclusion.given.get(String(inclusion.given.get("ansible_loop_var") ?? ""));
    const step = item === undefined ? task.step : `${task.step}[${itemName(item)}]`;
    const asked: Task = { ...task, step, directives: { ...task.directives, given: inclusion.given } };
    if (task.module === "ansible.builtin.include_tasks")
      return this.#loader.includeTasks(asked, inclusion.name, this.#play);
    const role = await this.#loader.includeRole(asked, inclusion.name, this.#play);
    this.#handlers.add(role.handlers);
    return role.node;
  }
}

/** A loop item as part of a step's name: its text where that is short, else what tells it from others. */
function itemName(item: unknown): string {
  const text = pythonString(item);
  return text.length <= 40 ? text : createHash("sha256").update(text).digest("hex").slice(0, 12);
}
