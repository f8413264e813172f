import { pythonString } from "../expression/values.ts";
import type { PlayNode, Task } from "../loader/nodes.ts";

/** The handlers of a play, who is owed which, and how they are found by name. */
export class Handlers {
  readonly #tasks: Task[] = [];
  readonly #names: string[] = [];
  readonly #places = new Set<string>();
  readonly #owed = new Map<number, Set<string>>();
  readonly #carried = new Map<number, Set<string>>();
  readonly #nameOf: (task: Task) => string;
  readonly #complaintOf: (task: Task) => string | undefined;
  readonly #complaints: string[] = [];

  /** `nameOf` gives a handler's name, templated; `complaintOf` why nobody can notify it. */
  constructor(
    nodes: readonly PlayNode[],
    nameOf: (task: Task) => string,
    complaintOf: (task: Task) => string | undefined = () => undefined,
  ) {
    this.#nameOf = nameOf;
    this.#complaintOf = complaintOf;
    this.add(nodes);
  }

  /** Handlers a role brings while the play runs; those known already stay as they are. */
  add(nodes: readonly PlayNode[]): void {
    for (const task of nodes.flatMap(tasksOf)) {
      const { file, line, column } = task.directives.place;
      const place = JSON.stringify([file, line, column]);
      if (this.#places.has(place)) continue;
      this.#places.add(place);
      this.#tasks.push(task);
      this.#names.push(this.#nameOf(task));
      const complaint = this.#complaintOf(task);
      if (complaint !== undefined) this.#complaints.push(complaint);
    }
  }

  /** What is to be said of handlers that nobody can notify, once. */
  complaints(): readonly string[] {
    return this.#complaints.splice(0);
  }

  /** Names of the handlers that `name` means; none where there is no such handler. */
  named(name: string): string[] {
    return this.#find(name).map((index) => this.#names[index] ?? "");
  }

  /** Notes that `host` is owed every handler `name` means. Gives their names; none where there is no such handler. */
  notify(name: string, host: string): string[] {
    const found = this.#find(name);
    for (const index of found) {
      this.#carried.get(index)?.delete(host);
      note(this.#owed, index, host);
    }
    return found.map((index) => this.#names[index] ?? "");
  }

  /**
   * Notes what an interrupted run still owed to `host`. It comes due where that run would have run it, not sooner: what the
   * handler needs (a unit, a file) may not be there before.
   */
  carry(name: string, host: string): void {
    for (const index of this.#find(name)) note(this.#carried, index, host);
  }

  carries(host: string): boolean {
    return [...this.#carried.values()].some((hosts) => hosts.has(host));
  }

  /** Of what is carried over for `host`, all that `name` means is owed from now on. */
  resume(name: string, host: string): void {
    for (const index of this.#find(name)) {
      if (this.#carried.get(index)?.delete(host) === true) note(this.#owed, index, host);
    }
  }

  /** All that is carried over for `hosts` is owed from now on. */
  resumeAll(hosts: readonly string[]): void {
    for (const [index, carried] of this.#carried) {
      for (const host of hosts) if (carried.delete(host)) note(this.#owed, index, host);
    }
  }

  /**
   * The handler of that name (alone or behind its role's), and every one that listens to it. Of several of one name the list
   * read last counts (a play's own after its roles'), and in it the first.
   */
  #find(name: string): number[] {
    const order = this.#order();
    const named = order.find((index) => this.#namesOf(index).includes(name));
    const found = new Set<number>(named === undefined ? [] : [named]);
    const seen = new Set<string>();
    for (const index of order) {
      const task = this.#tasks[index];
      const own = task?.directives.keywords.get("name") === undefined ? "" : (this.#names[index] ?? "");
      if (task === undefined || !topicsOf(task).includes(name) || seen.has(own)) continue;
      if (own !== "") seen.add(own);
      found.add(index);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** Handlers by who counts first: lists from the last to the first, each in its own order. */
  #order(): number[] {
    const lists = new Map<unknown, number[]>();
    for (const [index, task] of this.#tasks.entries()) {
      const list = task.directives.use?.instance;
      lists.set(list, [...(lists.get(list) ?? []), index]);
    }
    return [...lists.values()].reverse().flat();
  }

  #namesOf(index: number): string[] {
    const role = this.#tasks[index]?.directives.role;
    const own = this.#names[index] ?? "";
    if (role === undefined) return [own];
    const full = role.collection === undefined ? [] : [`${role.collection}.${role.name} : ${own}`];
    return [own, `${role.name} : ${own}`, `${role.name}:${own}`, ...full];
  }

  /** Each handler owed to one of `hosts`, in the order defined; they are owed no more once given out. */
  *take(
    hosts: readonly string[],
  ): Generator<{ readonly task: Task; readonly name: string; readonly hosts: readonly string[] }> {
    for (let index = 0; index < this.#tasks.length; index++) {
      const task = this.#tasks[index];
      const owed = this.#owed.get(index);
      if (task === undefined || owed === undefined) continue;
      const due = hosts.filter((host) => owed.has(host));
      for (const host of due) owed.delete(host);
      if (due.length > 0) yield { task, name: this.#names[index] ?? "", hosts: due };
    }
  }
}

function note(list: Map<number, Set<string>>, index: number, host: string): void {
  list.set(index, (list.get(index) ?? new Set<string>()).add(host));
}

function tasksOf(node: PlayNode): Task[] {
  return node.type === "task" ? [node] : node.body.flatMap(tasksOf);
}

/** What a handler listens to; those of a role also behind its name. */
function topicsOf(task: Task): string[] {
  const listen = task.directives.keywords.get("listen");
  if (listen === undefined || listen === null) return [];
  const topics = (Array.isArray(listen) ? listen : [listen]).map(pythonString);
  const { role } = task.directives;
  if (role === undefined) return topics;
  const full = role.collection === undefined ? role.name : `${role.collection}.${role.name}`;
  return topics.flatMap((topic) => [topic, `${role.name} : ${topic}`, `${full} : ${topic}`]);
}
