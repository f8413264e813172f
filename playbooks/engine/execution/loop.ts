import { ExpressionError } from "../expression/errors.ts";
import type { Evaluation } from "../expression/evaluation.ts";
import { toBool } from "../expression/filters/numbers.ts";
import { lookups } from "../expression/lookups/lookups.ts";
import type { Templar } from "../expression/templar.ts";
import { dictGet, isDict, pythonString, toFinal, typeName } from "../expression/values.ts";
import type { Task } from "../loader/nodes.ts";
import type { HostScope, Layer } from "../variables/host-scope.ts";

/** How a task goes through its items. */
export interface LoopControl {
  readonly variable: string;
  readonly indexVariable: string | undefined;
  readonly label: string | undefined;
  readonly pauseSeconds: number;
  readonly isExtended: boolean;
  readonly withAllItems: boolean;
  readonly breakWhen: readonly unknown[];
}

/** The items of a task's loop. Raises ExpressionError. */
export function loopItems(task: Task, scope: HostScope, templar: Templar, evaluation: Evaluation): readonly unknown[] {
  const { loop } = task;
  if (loop === undefined) return [];
  if (loop.lookup === undefined) {
    const items = templar.template(loop.value, scope);
    if (!Array.isArray(items))
      throw new ExpressionError(`The 'loop' value must resolve to a 'list', not '${typeName(items)}'.`);
    return items;
  }
  const lookup = lookups.get(loop.lookup);
  if (lookup === undefined) throw new ExpressionError(`No lookup named '${loop.lookup}'.`);
  const value = templar.template(loop.value, scope);
  const terms: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...lookup(terms, new Map(), evaluation)].map(toFinal);
}

export function loopControlOf(task: Task, scope: HostScope, templar: Templar): LoopControl {
  const written = task.directives.keywords.get("loop_control");
  const value = (name: string) => {
    const part = isDict(written) ? dictGet(written, name) : undefined;
    return part === undefined ? undefined : templar.template(part, scope);
  };
  const label = isDict(written) ? dictGet(written, "label") : undefined;
  const stop = isDict(written) ? dictGet(written, "break_when") : undefined;
  const index = value("index_var");
  return {
    variable: pythonString(value("loop_var") ?? "item"),
    indexVariable: typeof index === "string" ? index : undefined,
    label: typeof label === "string" ? label : undefined,
    pauseSeconds: Number(value("pause") ?? 0),
    isExtended: toBool(value("extended") ?? false),
    withAllItems: toBool(value("extended_allitems") ?? true),
    breakWhen: stop === undefined ? [] : Array.isArray(stop) ? stop : [stop],
  };
}

/** The variables of one item. */
export function itemLayer(control: LoopControl, items: readonly unknown[], index: number): Layer {
  const values = new Map<string, unknown>([
    [control.variable, items[index]],
    ["ansible_loop_var", control.variable],
  ]);
  if (control.indexVariable !== undefined) {
    values.set(control.indexVariable, index);
    values.set("ansible_index_var", control.indexVariable);
  }
  if (control.isExtended) {
    values.set(
      "ansible_loop",
      new Map<string, unknown>([
        ...(control.withAllItems ? [["allitems", items] as const] : []),
        ["index", index + 1],
        ["index0", index],
        ["first", index === 0],
        ["last", index + 1 === items.length],
        ["length", items.length],
        ["revindex", items.length - index],
        ["revindex0", items.length - index - 1],
        ...(index + 1 < items.length ? [["nextitem", items[index + 1]] as const] : []),
        ...(index > 0 ? [["previtem", items[index - 1]] as const] : []),
      ]),
    );
  }
  return { values, raw: false };
}
