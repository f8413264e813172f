import type { Place } from "./problems.ts";

/** The keywords one play, role, block or task carries, and what it stands in. What a task does not say, the outer ones may. */
export interface Directives {
  readonly keywords: ReadonlyMap<string, unknown>;
  readonly place: Place;
  readonly outer: Directives | undefined;
  /** The role whose file this stands in. */
  readonly role: Role | undefined;
  /** Folder of the file this stands in. */
  readonly folder: string;
  readonly tags: readonly string[];
  /** Values an include gives what it includes: the loop item it stands for. */
  readonly given?: ReadonlyMap<string, unknown>;
}

/** A role as one play uses it. */
export interface Role {
  readonly name: string;
  readonly path: string;
  readonly defaults: ReadonlyMap<string, unknown>;
  readonly variables: ReadonlyMap<string, unknown>;
  readonly parameters: ReadonlyMap<string, unknown>;
  /** The role that depends on or includes this one. */
  readonly parent: Role | undefined;
  /** Whether its defaults and variables are seen by the whole play. */
  readonly isPublic: boolean;
  /** Roles it depends on, whose variables it sees. */
  readonly dependencies: readonly Role[];
}

export interface Task {
  readonly type: "task";
  readonly directives: Directives;
  /** Fully qualified name of the module or action. */
  readonly module: string;
  /** As written, for messages. */
  readonly writtenModule: string;
  readonly arguments: ReadonlyMap<string, unknown>;
  /** Everything given as one template (`copy: "{{ settings }}"`). */
  readonly argumentsTemplate: string | undefined;
  readonly loop: { readonly lookup: string | undefined; readonly value: unknown } | undefined;
  /** Stable name of its place; see the events. */
  readonly step: string;
  readonly isHandler: boolean;
}

export interface Block {
  readonly type: "block";
  readonly directives: Directives;
  readonly body: readonly PlayNode[];
  readonly rescue: readonly PlayNode[];
  readonly always: readonly PlayNode[];
}

export type PlayNode = Task | Block;

export interface Play {
  readonly name: string;
  readonly directives: Directives;
  readonly hosts: unknown;
  /** In order: pre_tasks, roles and tasks, post_tasks; handlers are flushed after each. */
  readonly sections: readonly (readonly PlayNode[])[];
  /** In the order they run. */
  readonly handlers: readonly PlayNode[];
  /** Roles named by `roles:` and imports, whose variables the whole play sees. */
  readonly roles: readonly Role[];
  /** `<playbook>#<index>`, the beginning of every step's name. */
  readonly step: string;
  /** Folder of the playbook the play stands in. */
  readonly folder: string;
}

/** The nearest value of a keyword, the task's own first. */
export function nearest(directives: Directives, keyword: string): unknown {
  for (let at: Directives | undefined = directives; at !== undefined; at = at.outer)
    if (at.keywords.has(keyword)) return at.keywords.get(keyword);
  return undefined;
}

/** Every value of a keyword from the outermost to the task's own. */
export function collected(directives: Directives, keyword: string): unknown[] {
  const values: unknown[] = [];
  for (let at: Directives | undefined = directives; at !== undefined; at = at.outer)
    if (at.keywords.has(keyword)) values.unshift(at.keywords.get(keyword));
  return values;
}
