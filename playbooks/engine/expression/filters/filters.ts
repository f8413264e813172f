import { dictFilters } from "./dicts.ts";
import { formatFilters } from "./formats.ts";
import { listFilters } from "./lists.ts";
import { numberFilters } from "./numbers.ts";
import { pathFilters } from "./paths.ts";
import type { Plugin } from "./plugin.ts";
import { textFilters } from "./text.ts";

const ALIASES: Readonly<Record<string, string>> = { d: "default", forceescape: "escape" };

const all = [...textFilters, ...listFilters, ...dictFilters, ...numberFilters, ...formatFilters, ...pathFilters];

/** Every filter by its short name. */
export const filters: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ...all.map((filter) => [filter.name, filter] as const),
  ...Object.entries(ALIASES).flatMap(([alias, name]) =>
    all.filter((f) => f.name === name).map((f) => [alias, f] as const),
  ),
]);
