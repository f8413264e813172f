import { readBoolean, readChoice, readList, readPath, readPathList, readText, type Setting } from "./settings.ts";

type Places = readonly (readonly [section: string, key: string])[];

function boolean(environment: string, file: Places, fallback: boolean): Setting<boolean> {
  return { environment: [environment], file, read: readBoolean, fallback };
}

function list(environment: string, file: Places, fallback: readonly string[]): Setting<readonly string[]> {
  return { environment: [environment], file, read: readList, fallback };
}

const REJECTED = [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst"];

/** The settings of ansible-core 2.19 (lib/ansible/config/base.yml and the plugins' own) that say how an inventory is read. */
export const inventorySettings = {
  sources: {
    environment: ["ANSIBLE_INVENTORY"],
    file: [["defaults", "inventory"]],
    read: readPathList,
    fallback: ["/etc/ansible/hosts"],
  } satisfies Setting<string[]>,
  enabled: list(
    "ANSIBLE_INVENTORY_ENABLED",
    [["inventory", "enable_plugins"]],
    ["host_list", "script", "auto", "yaml", "ini", "toml"],
  ),
  ignoredExtensions: list(
    "ANSIBLE_INVENTORY_IGNORE",
    [
      ["defaults", "inventory_ignore_extensions"],
      ["inventory", "ignore_extensions"],
    ],
    [...REJECTED, ".orig", ".cfg", ".retry"],
  ),
  ignoredPatterns: list(
    "ANSIBLE_INVENTORY_IGNORE_REGEX",
    [
      ["defaults", "inventory_ignore_patterns"],
      ["inventory", "ignore_patterns"],
    ],
    [],
  ),
  unparsedIsFailed: boolean("ANSIBLE_INVENTORY_UNPARSED_FAILED", [["inventory", "unparsed_is_failed"]], false),
  anyUnparsedIsFailed: boolean(
    "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED",
    [["inventory", "any_unparsed_is_failed"]],
    false,
  ),
  unparsedWarning: boolean("ANSIBLE_INVENTORY_UNPARSED_WARNING", [["inventory", "inventory_unparsed_warning"]], true),
  export: boolean("ANSIBLE_INVENTORY_EXPORT", [["inventory", "export"]], false),
  groupNames: {
    environment: ["ANSIBLE_TRANSFORM_INVALID_GROUP_CHARS"],
    file: [["defaults", "force_valid_group_names"]],
    read: readChoice("always", "never", "ignore", "silently"),
    fallback: "never",
  } satisfies Setting<"always" | "never" | "ignore" | "silently">,
  patternMismatch: {
    environment: ["ANSIBLE_HOST_PATTERN_MISMATCH"],
    file: [["inventory", "host_pattern_mismatch"]],
    read: readChoice("error", "warning", "ignore"),
    fallback: "warning",
  } satisfies Setting<"error" | "warning" | "ignore">,
  yamlExtensions: list(
    "ANSIBLE_YAML_FILENAME_EXT",
    [["defaults", "yaml_valid_extensions"]],
    [".yml", ".yaml", ".json"],
  ),
  yamlSourceExtensions: {
    environment: ["ANSIBLE_YAML_FILENAME_EXT", "ANSIBLE_INVENTORY_PLUGIN_EXTS"],
    file: [
      ["defaults", "yaml_valid_extensions"],
      ["inventory_plugin_yaml", "yaml_valid_extensions"],
    ],
    read: readList,
    fallback: [".yaml", ".yml", ".json"],
  } satisfies Setting<readonly string[]>,
  hashBehaviour: {
    environment: ["ANSIBLE_HASH_BEHAVIOUR"],
    file: [["defaults", "hash_behaviour"]],
    read: readChoice("replace", "merge"),
    fallback: "replace",
  } satisfies Setting<"replace" | "merge">,
  precedence: list(
    "ANSIBLE_PRECEDENCE",
    [["defaults", "precedence"]],
    [
      "all_inventory",
      "groups_inventory",
      "all_plugins_inventory",
      "all_plugins_play",
      "groups_plugins_inventory",
      "groups_plugins_play",
    ],
  ),
  /** Whether group_vars and host_vars are read at all. */
  variablePlugins: list("ANSIBLE_VARS_ENABLED", [["defaults", "vars_plugins_enabled"]], ["host_group_vars"]),
  runVariablePlugins: {
    environment: ["ANSIBLE_RUN_VARS_PLUGINS"],
    file: [["defaults", "run_vars_plugins"]],
    read: readChoice("demand", "start"),
    fallback: "demand",
  } satisfies Setting<"demand" | "start">,
  variableStage: {
    environment: ["ANSIBLE_VARS_PLUGIN_STAGE"],
    file: [["vars_host_group_vars", "stage"]],
    read: readChoice("all", "task", "inventory"),
    fallback: undefined,
  } satisfies Setting<"all" | "task" | "inventory" | undefined>,
  scriptErrors: boolean(
    "ANSIBLE_INVENTORY_PLUGIN_SCRIPT_STDERR",
    [["inventory_plugin_script", "always_show_stderr"]],
    true,
  ),
  useExtraVariables: boolean("ANSIBLE_INVENTORY_USE_EXTRA_VARS", [["inventory_plugins", "use_extra_vars"]], false),
};

/** The settings of ansible-core 2.19 that say where vault passwords come from. */
export const vaultSettings = {
  passwordFile: {
    environment: ["ANSIBLE_VAULT_PASSWORD_FILE"],
    file: [["defaults", "vault_password_file"]],
    read: (text, place) => (text === "" ? undefined : readPath(text, place)),
    fallback: undefined,
  } satisfies Setting<string | undefined>,
  identities: {
    environment: ["ANSIBLE_VAULT_IDENTITY_LIST"],
    file: [["defaults", "vault_identity_list"]],
    read: (text) => readList(text).filter((item) => item !== ""),
    fallback: [],
  } satisfies Setting<readonly string[]>,
  identity: {
    environment: ["ANSIBLE_VAULT_IDENTITY"],
    file: [["defaults", "vault_identity"]],
    read: readText,
    fallback: "default",
  } satisfies Setting<string>,
  encryptIdentity: {
    environment: ["ANSIBLE_VAULT_ENCRYPT_IDENTITY"],
    file: [["defaults", "vault_encrypt_identity"]],
    read: readText,
    fallback: undefined,
  } satisfies Setting<string | undefined>,
  matchIdentity: boolean("ANSIBLE_VAULT_ID_MATCH", [["defaults", "vault_id_match"]], false),
  salt: {
    environment: ["ANSIBLE_VAULT_ENCRYPT_SALT"],
    file: [["defaults", "vault_encrypt_salt"]],
    read: readText,
    fallback: undefined,
  } satisfies Setting<string | undefined>,
  askPassword: boolean("ANSIBLE_ASK_VAULT_PASS", [["defaults", "ask_vault_pass"]], false),
  editor: {
    environment: ["ANSIBLE_EDITOR", "EDITOR"],
    file: [["defaults", "editor"]],
    read: readText,
    fallback: "vi",
  } satisfies Setting<string>,
};
