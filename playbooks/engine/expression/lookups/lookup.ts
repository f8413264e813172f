import type { PluginContext } from "../filters/plugin.ts";

/** Among the options of a lookup that an expression calls, not `with_…`. */
export const DIRECT = "\0direct";

/** A lookup: reads something on the controller, gives a list. Raises ExpressionError. */
export type Lookup = (
  terms: readonly unknown[],
  options: ReadonlyMap<string, unknown>,
  context: PluginContext,
) => readonly unknown[];
