import type { Scope } from "../scope.ts";
import type { Templar } from "../templar.ts";

/** What a filter or test may use of the evaluation around it. */
export interface PluginContext {
  readonly templar: Templar;
  readonly scope: Scope;
  item(target: unknown, key: unknown): unknown;
  attribute(target: unknown, name: string): unknown;
  applyFilter(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): unknown;
  applyTest(name: string, input: unknown, given: readonly unknown[], named: ReadonlyMap<string, unknown>): boolean;
}

/** A filter or a test. */
export interface Plugin {
  readonly name: string;
  /** What it takes after its input, as signatures.ts writes it; without it anything. */
  readonly signature?: string;
  /** Given undefined values as they are, instead of being passed over for them. */
  readonly acceptsUndefined?: boolean;
  apply(
    input: unknown,
    given: readonly unknown[],
    named: ReadonlyMap<string, unknown>,
    context: PluginContext,
  ): unknown;
}

/** A value by dotted path (`a.b.0`), as `map(attribute=…)` and its kin take it. */
export function byPath(value: unknown, path: unknown, context: PluginContext): unknown {
  if (typeof path === "number") return context.item(value, path);
  let result = value;
  for (const part of String(path).split(".")) result = context.item(result, /^\d+$/.test(part) ? Number(part) : part);
  return result;
}
