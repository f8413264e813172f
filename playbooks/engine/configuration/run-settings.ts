import { join } from "node:path";
import { expandPath } from "#inventory/settings/paths.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import { choice, flag, integer, list, path, searchPath, text } from "./kinds.ts";

/** Settings of ansible-core 2.19 that say how plays run: names and defaults as `ansible-config list` tells them. */
export const runSettings = {
  home: path(["ANSIBLE_HOME", "defaults.home"]),
  rolesPath: searchPath(["ANSIBLE_ROLES_PATH", "defaults.roles_path"]),
  collectionsPath: searchPath([
    "ANSIBLE_COLLECTIONS_PATHS ANSIBLE_COLLECTIONS_PATH",
    "defaults.collections_paths defaults.collections_path",
  ]),
  library: searchPath(["ANSIBLE_LIBRARY", "defaults.library"]),
  playbookFolder: path(["ANSIBLE_PLAYBOOK_DIR", "defaults.playbook_dir"]),
  forks: integer(["ANSIBLE_FORKS", "defaults.forks"], 5),
  moduleName: text(["", "defaults.module_name"], "command"),
  moduleArguments: text(["ANSIBLE_MODULE_ARGS", "defaults.module_args"], ""),
  pollInterval: integer(["ANSIBLE_POLL_INTERVAL", "defaults.poll_interval"], 15),
  taskTimeout: integer(["ANSIBLE_TASK_TIMEOUT", "defaults.task_timeout"], 0),
  strategy: text(["ANSIBLE_STRATEGY", "defaults.strategy"], "linear"),
  gathering: choice(["ANSIBLE_GATHERING", "defaults.gathering"], ["implicit", "explicit", "smart"], "implicit"),
  hashBehaviour: choice(["ANSIBLE_HASH_BEHAVIOUR", "defaults.hash_behaviour"], ["replace", "merge"], "replace"),
  errorOnMissingHandler: flag(["ANSIBLE_ERROR_ON_MISSING_HANDLER", "defaults.error_on_missing_handler"], true),
  forceHandlers: flag(["ANSIBLE_FORCE_HANDLERS", "defaults.force_handlers"], false),
  anyErrorsFatal: flag(["ANSIBLE_ANY_ERRORS_FATAL", "defaults.any_errors_fatal"], false),
  invalidTaskAttributeFailed: flag(
    ["ANSIBLE_INVALID_TASK_ATTRIBUTE_FAILED", "defaults.invalid_task_attribute_failed"],
    true,
  ),
  cachePlugin: text(["ANSIBLE_CACHE_PLUGIN", "defaults.fact_caching"], "memory"),
  cacheConnection: path(["ANSIBLE_CACHE_PLUGIN_CONNECTION", "defaults.fact_caching_connection"]),
  cachePrefix: text(["ANSIBLE_CACHE_PLUGIN_PREFIX", "defaults.fact_caching_prefix"], "ansible_facts"),
  cacheTimeout: integer(["ANSIBLE_CACHE_PLUGIN_TIMEOUT", "defaults.fact_caching_timeout"], 86_400),
  injectFacts: flag(["ANSIBLE_INJECT_FACT_VARS", "defaults.inject_facts_as_vars"], true),
  privateRoleVars: flag(["ANSIBLE_PRIVATE_ROLE_VARS", "defaults.private_role_vars"], false),
  retryFiles: flag(["ANSIBLE_RETRY_FILES_ENABLED", "defaults.retry_files_enabled"], false),
  retryFilesPath: path(["ANSIBLE_RETRY_FILES_SAVE_PATH", "defaults.retry_files_save_path"]),
  runTags: list(["ANSIBLE_RUN_TAGS", "tags.run"]),
  skipTags: list(["ANSIBLE_SKIP_TAGS", "tags.skip"]),
  diffAlways: flag(["ANSIBLE_DIFF_ALWAYS", "diff.always"], false),
  localhostWarning: flag(["ANSIBLE_LOCALHOST_WARNING", "defaults.localhost_warning"], true),
};

/** Where roles are looked for when nothing says otherwise: below Ansible's own folder, then the machine's. */
export function rolesPath(settings: Settings): readonly string[] {
  return (
    settings.get(runSettings.rolesPath) ?? [
      homeFolder(settings, "roles"),
      "/usr/share/ansible/roles",
      "/etc/ansible/roles",
    ]
  );
}

export function collectionsPath(settings: Settings): readonly string[] {
  return (
    settings.get(runSettings.collectionsPath) ?? [homeFolder(settings, "collections"), "/usr/share/ansible/collections"]
  );
}

function homeFolder(settings: Settings, name: string): string {
  return join(settings.get(runSettings.home) ?? expandPath("~/.ansible", settings.around), name);
}
