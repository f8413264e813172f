import { FILTER_SIGNATURES } from "../signatures.ts";
import { dictFilters } from "./dicts.ts";
import { formatFilters } from "./formats.ts";
import { htmlFilters } from "./html.ts";
import { listFilters } from "./lists.ts";
import { numberFilters } from "./numbers.ts";
import { pathFilters } from "./paths.ts";
import type { Plugin } from "./plugin.ts";
import { randomFilters } from "./random.ts";
import { setFilters } from "./sets.ts";
import { sizeFilters } from "./sizes.ts";
import { textFilters } from "./text.ts";
import { timeFilters } from "./times.ts";
import { urlFilters } from "./urls.ts";
import { vaultFilters } from "./vault.ts";

const ALIASES: Readonly<Record<string, string>> = { d: "default" };

const all = [
  ...textFilters,
  ...listFilters,
  ...dictFilters,
  ...numberFilters,
  ...formatFilters,
  ...pathFilters,
  ...htmlFilters,
  ...randomFilters,
  ...setFilters,
  ...sizeFilters,
  ...timeFilters,
  ...urlFilters,
  ...vaultFilters,
];

/** Every filter by its short name. */
export const filters: ReadonlyMap<string, Plugin> = new Map<string, Plugin>([
  ...all.map((filter) => [filter.name, signed(filter)] as const),
  ...Object.entries(ALIASES).flatMap(([alias, name]) =>
    all.filter((f) => f.name === name).map((f) => [alias, signed(f)] as const),
  ),
]);

function signed(filter: Plugin): Plugin {
  const signature = FILTER_SIGNATURES[filter.name];
  return signature === undefined ? filter : { ...filter, signature };
}
