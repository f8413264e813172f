import type { PluginContext } from "../filters/plugin.ts";

/** A lookup: reads something on the controller, gives a list. Raises ExpressionError. */
export type Lookup = (
  terms: readonly unknown[],
  options: ReadonlyMap<string, unknown>,
  context: PluginContext,
) => readonly unknown[];
