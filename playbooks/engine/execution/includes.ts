import { createHash } from "node:crypto";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { pythonString } from "../expression/values.ts";
import type { Play, PlayNode, Role, Task } from "../loader/nodes.ts";
import type { PlaybookLoader } from "../loader/playbook-loader.ts";
import type { Handlers } from "./handlers.ts";
import type { Inclusion, TaskOutcome } from "./task-runner.ts";

/** What one host wants included, and the hosts that it speaks for. */
export interface WantedInclude {
  readonly inclusion: Inclusion;
  readonly outcome: TaskOutcome;
  readonly hosts: readonly string[];
}

/** A file or role to run next and for whom, or why it cannot be had. */
export type PreparedInclude = {
  readonly outcome: TaskOutcome;
  readonly hosts: readonly string[];
  /** Label of the loop item it stands for. */
  readonly item: unknown;
} & ({ readonly node: PlayNode | undefined; readonly path: string } | { readonly problem: ApplianceError });

interface Group {
  readonly key: string;
  readonly wanted: WantedInclude;
  readonly hosts: string[];
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

  /** What to run, in the order asked for. A host that includes the same thing twice gets it twice. */
  async prepare(task: Task, all: readonly WantedInclude[]): Promise<PreparedInclude[]> {
    const groups: Group[] = [];
    for (const wanted of all) {
      const key = keyOf(wanted.inclusion);
      const group = groups.find(
        (known) => known.key === key && wanted.hosts.every((host) => !known.hosts.includes(host)),
      );
      if (group === undefined) groups.push({ key, wanted, hosts: [...wanted.hosts] });
      else group.hosts.push(...wanted.hosts);
    }
    const prepared: PreparedInclude[] = [];
    for (const { wanted, hosts } of groups) {
      const { inclusion, outcome } = wanted;
      const about = { outcome, hosts, item: inclusion.given.size === 0 ? undefined : itemOf(inclusion) };
      try {
        prepared.push({ ...about, ...(await this.#load(task, inclusion)) });
      } catch (error) {
        if (!(error instanceof ApplianceError)) throw error;
        // What is wrong inside a file ends the run; a file that is not there is a failure of the task.
        if (error.code !== "PLAYBOOKS_FILE_NOT_FOUND" && error.code !== "PLAYBOOKS_UNKNOWN_ROLE") throw error;
        prepared.push({ ...about, problem: error });
      }
    }
    return prepared;
  }

  async #load(task: Task, inclusion: Inclusion): Promise<{ node: PlayNode | undefined; path: string }> {
    const item = inclusion.given.size === 0 ? undefined : itemOf(inclusion);
    const step = item === undefined ? task.step : `${task.step}[${itemName(item)}]`;
    const asked: Task = {
      ...task,
      step,
      arguments: inclusion.arguments,
      directives: { ...task.directives, given: inclusion.given },
    };
    if (task.module === "ansible.builtin.include_tasks") {
      const { handlers, ...loaded } = await this.#loader.includeTasks(asked, inclusion.name, this.#play);
      this.#handlers.add(handlers);
      return loaded;
    }
    const role = await this.#loader.includeRole(asked, inclusion.name, this.#play);
    this.#handlers.add(role.handlers);
    return { node: role.node, path: inclusion.name };
  }
}

function itemOf(inclusion: Inclusion): unknown {
  return inclusion.given.get(String(inclusion.given.get("ansible_loop_var") ?? "item"));
}

/** The same for inclusions that are the same. */
function keyOf(inclusion: Inclusion): string {
  const parts = [inclusion.name, [...inclusion.given], [...inclusion.arguments]];
  return JSON.stringify(parts, (_name, value: unknown) =>
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : typeof value === "bigint" ? String(value) : value,
  );
}

/** A loop item as part of a step's name: its text where that is short, else what tells it from others. */
function itemName(item: unknown): string {
  const text = pythonString(item);
  return text.length <= 40 ? text : createHash("sha256").update(text).digest("hex").slice(0, 12);
}
