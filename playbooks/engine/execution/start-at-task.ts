import type { PlayNode, Task } from "../loader/nodes.ts";

/** `--start-at-task`: what stands before a task of that name (or glob) is passed over; only static tasks are looked at. */
export class StartAtTask {
  readonly #pattern: RegExp | undefined;
  readonly #wanted: string | undefined;
  #isReached: boolean;

  constructor(wanted: string | undefined) {
    this.#wanted = wanted;
    this.#pattern = wanted === undefined ? undefined : globPattern(wanted);
    this.#isReached = wanted === undefined;
  }

  get isReached(): boolean {
    return this.#isReached;
  }

  /** Whether a play has anything to run: it was reached before, or the task stands in it. */
  isIn(sections: readonly (readonly PlayNode[])[], nameOf: (task: Task) => string): boolean {
    return (
      this.#isReached ||
      sections.flatMap((section) => section.flatMap(tasksOf)).some((task) => this.#is(task, nameOf(task)))
    );
  }

  /** Whether this task is to run: it is the one, or comes after it. Facts are gathered before it all the same. */
  reached(task: Task, name: string): boolean {
    if (this.#isReached || task.step.endsWith("/gather-facts")) return true;
    this.#isReached = this.#is(task, name);
    return this.#isReached;
  }

  #is(task: Task, name: string): boolean {
    const { role } = task.directives;
    const names = role === undefined ? [name] : [name, `${role.name} : ${name}`];
    return names.some((known) => known === this.#wanted || this.#pattern?.test(known) === true);
  }
}

function tasksOf(node: PlayNode): Task[] {
  return node.type === "task" ? [node] : [...node.body, ...node.rescue, ...node.always].flatMap(tasksOf);
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|\\]/g, "\\$&")
    .replaceAll("*", "[\\s\\S]*")
    .replaceAll("?", "[\\s\\S]")
    .replaceAll("[!", "[^");
  return new RegExp(`^${source}$`);
}
