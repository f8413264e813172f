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
  /** The use of a role whose block this is, or stands in. */
  readonly use?: RoleUse;
}

/** One use of a role in a play. */
export interface RoleUse {
  /** The same for uses that differ in nothing: role, parameters, conditions, tags. */
  readonly key: string;
  readonly allowDuplicates: boolean;
  /** Tells this use from every other. */
  readonly instance: unknown;
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
  /** Roles it depends on, whose variables it sees; filled while they are read. */
  readonly dependencies: readonly Role[];
  /** Collections searched for modules that its tasks name shortly. */
  readonly collections: readonly string[];
  /** Whether a task brought it in, and not `roles:` or a dependency. */
  readonly fromInclude: boolean;
  /** Its collection (`ns.name`), where it comes from one. */
  readonly collection: string | undefined;
}

export interface Task {
  readonly type: "task";
  readonly directives: Directives;
  /** Fully qualified name of the module or action. */
  readonly module: string;
  /** As written, for messages. */
  readonly writtenModule: string;
  /** The module's name where it is a template; `module` is empty then. */
  readonly moduleTemplate?: string;
  /** Collections searched for short module names. */
  readonly collections: readonly string[];
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
  /** Set where the block is one use of a role, from its first task to its last. */
  readonly use?: RoleUse;
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
  /** Roles it has met so far: named by `roles:`, imported, included. The public ones' variables are seen by the whole play. */
  readonly roles: readonly Role[];
  /** `<playbook>#<index>`, the beginning of every step's name. */
  readonly step: string;
  /** Folder of the playbook the play stands in. */
  readonly folder: string;
  /** What `vars_prompt` was answered; empty until asked. */
  readonly answers: ReadonlyMap<string, unknown>;
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
