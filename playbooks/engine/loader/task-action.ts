import { lookups } from "../expression/lookups/lookups.ts";
import { isTemplate } from "../expression/templar.ts";
import { parseArgumentText } from "./argument-words.ts";
import { HANDLER_KEYWORDS, TASK_KEYWORDS } from "./keywords.ts";
import type { ModuleTable } from "./module-table.ts";
import type { Task } from "./nodes.ts";
import type { Place, Problems } from "./problems.ts";
import type { SourceFile } from "./source-files.ts";

/** A module's name, which may be a template, and what follows. */
const NAMED = /^\s*(\{\{.*?\}\}\S*|\S+)\s*([\s\S]*)$/;

export interface ActionSource {
  readonly entry: ReadonlyMap<unknown, unknown>;
  readonly place: Place;
  readonly file: SourceFile;
  readonly isHandler: boolean;
  readonly collections: readonly string[];
}

export interface FoundAction {
  readonly written: string;
  /** Fully qualified name; empty where `template` says it at run time. */
  readonly module: string;
  readonly template?: string;
  readonly raw: unknown;
}

/** Finds out what a task does: its module, its arguments, its loop. Everything wrong goes to `problems`. */
export class TaskActions {
  readonly #modules: ModuleTable;
  readonly #problems: Problems;

  constructor(modules: ModuleTable, problems: Problems) {
    this.#modules = modules;
    this.#problems = problems;
  }

  /** Which key of a task is its module; reports unknown keys. Undefined where there is none. */
  action(source: ActionSource): FoundAction | undefined {
    const { entry, place, file } = source;
    const known = source.isHandler ? HANDLER_KEYWORDS : TASK_KEYWORDS;
    const others = [...entry.keys()].map(String).filter((key) => !known.has(key) && !isLoop(key));
    const stated = this.#stated(entry, place);
    const modules = others.filter((key) => this.#modules.resolve(key, source.collections) !== undefined);
    const chosen =
      stated?.written === undefined && (modules.length === 1 || others.length === 1)
        ? (modules[0] ?? others[0])
        : undefined;
    const written = stated?.written ?? chosen;
    const raw = stated === undefined ? (chosen === undefined ? undefined : entry.get(chosen)) : stated.raw;
    for (const key of others) {
      if (key === chosen) continue;
      if (modules.includes(key) && written !== undefined)
        this.#problems.add(
          "PLAYBOOKS_MALFORMED",
          file.place(entry, key),
          `conflicting action statements: ${written}, ${key}`,
        );
      else
        this.#problems.add(
          "PLAYBOOKS_UNKNOWN_KEYWORD",
          file.place(entry, key),
          `'${key}' is not a keyword of a ${source.isHandler ? "handler" : "task"} and no module`,
        );
    }
    if (written === undefined || written === "") {
      if (others.length === 0) this.#problems.add("PLAYBOOKS_MALFORMED", place, "no module/action detected in task.");
      return undefined;
    }
    if (isTemplate(written)) return { written, module: "", template: written, raw };
    const module = this.#modules.resolve(written, source.collections);
    if (module !== undefined) return { written, module, raw };
    this.#problems.add(
      "PLAYBOOKS_UNKNOWN_MODULE",
      file.place(entry, written),
      this.#modules.refusal(written) ?? `the module '${written}' is not known`,
    );
    return undefined;
  }

  /** What `action:` or `local_action:` says. */
  #stated(entry: ReadonlyMap<unknown, unknown>, place: Place): { written: string; raw: unknown } | undefined {
    if (entry.has("action") && entry.has("local_action"))
      this.#problems.add("PLAYBOOKS_MALFORMED", place, "action and local_action are mutually exclusive");
    if (entry.has("local_action") && entry.has("delegate_to"))
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        place,
        "delegate_to cannot be specified with local_action in the same task",
      );
    const keyword = ["action", "local_action"].find((name) => entry.has(name));
    if (keyword === undefined) return undefined;
    const value = entry.get(keyword);
    if (value instanceof Map) {
      const rest = new Map([...value].filter(([key]) => key !== "module"));
      const [, written = "", more = ""] = NAMED.exec(String(value.get("module") ?? "")) ?? [];
      for (const [name, item] of more === "" ? [] : (parseArgumentText(more, undefined) ?? [])) rest.set(name, item);
      return { written, raw: rest };
    }
    const [, written = "", rest = ""] = NAMED.exec(String(value)) ?? [];
    return { written, raw: rest === "" ? null : rest };
  }

  arguments(
    found: FoundAction,
    source: ActionSource,
  ): { arguments: Map<string, unknown>; template: string | undefined } {
    const { entry, file, place } = source;
    const given = new Map<string, unknown>();
    let template: string | undefined;
    const freeForm = this.#modules.freeForm(found.module);
    const merge = (value: unknown, where: Place) => {
      if (value instanceof Map) for (const [key, item] of value) given.set(String(key), item);
      else if (typeof value === "string" && /^\s*\{\{(?:(?!\}\})[\s\S])*\}\}\s*$/.test(value) && freeForm === undefined)
        template = value;
      else if (value !== null && value !== undefined) {
        const words = parseArgumentText(String(value), freeForm);
        if (words === undefined && isTemplate(String(value))) given.set("_raw_params", value);
        else if (words === undefined)
          this.#problems.add(
            "PLAYBOOKS_MALFORMED",
            where,
            `this task has extra params, which is only allowed for free-form modules: ${String(value)}`,
          );
        for (const [key, item] of words ?? []) given.set(key, item);
      }
    };
    merge(entry.get("args"), file.place(entry, "args"));
    if (found.module === "ansible.builtin.meta") given.set("free_form", String(found.raw ?? "").trim());
    else merge(found.raw, place);
    return { arguments: given, template };
  }

  loop({ entry, file, place }: ActionSource): Task["loop"] {
    const keys = [...entry.keys()].map(String).filter((key) => key === "loop" || isLoop(key));
    const [key] = keys;
    if (key === undefined || (key === "loop" && entry.get(key) === null)) return undefined;
    if (keys.length > 1)
      this.#problems.add(
        "PLAYBOOKS_MALFORMED",
        file.place(entry, keys[1]),
        `duplicate loop in task: ${(keys[1] ?? "").replace(/^with_/, "")}`,
      );
    if (entry.get(key) === null)
      this.#problems.add("PLAYBOOKS_MALFORMED", place, `you must specify a value when using ${key}`);
    return { lookup: key === "loop" ? undefined : key.slice(5), value: entry.get(key) };
  }
}

/** Whether a key is `with_` and the name of a lookup. */
function isLoop(key: string): boolean {
  return key.startsWith("with_") && lookups.has(key.slice(5));
}
