import type { Inventory } from "#inventory/loader/inventory.ts";
import type { PlaybookRun } from "../run.ts";

/** Whose language this engine speaks; plays ask for it through `ansible_version`. */
const LANGUAGE = { full: "2.19.14", major: 2, minor: 19, revision: 14, string: "2.19.14" };

/** Magic variables that are the same for every host and task of a run. */
export function magicConstants(run: PlaybookRun, inventory: Inventory): Readonly<Record<string, unknown>> {
  return {
    ansible_check_mode: run.check,
    ansible_diff_mode: run.diff,
    ansible_forks: run.forks,
    ansible_version: LANGUAGE,
    ansible_run_tags: run.tags ?? ["all"],
    ansible_skip_tags: run.skipTags ?? [],
    ansible_verbosity: run.verbosity ?? 0,
    ansible_config_file: run.settings?.configFile ?? null,
    ansible_playbook_python: run.settings?.playbookPython ?? "/usr/bin/python3",
    ansible_inventory_sources: inventory.sources,
    ...(run.limit === undefined ? {} : { ansible_limit: run.limit }),
  };
}
