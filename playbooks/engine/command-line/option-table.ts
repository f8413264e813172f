import type { Option } from "./options.ts";

function option(kind: Option["kind"], name: string, words: string, help: string): Option {
  return { kind, name, words: words.split(" "), help };
}

const COMMON: readonly Option[] = [
  option("flag", "help", "-h --help", "Show the options and exit"),
  option("flag", "version", "--version", "Show the version and exit"),
  option("count", "verbosity", "-v --verbose", "Tell more; up to -vvvvvv"),
];

const CONNECT: readonly Option[] = [
  option("text", "privateKeyFile", "--private-key --key-file", "File with the private key to sign in with"),
  option("text", "remoteUser", "-u --user", "User to sign in as"),
  option("text", "connection", "-c --connection", "How to reach hosts: ssh or local"),
  option("integer", "timeout", "-T --timeout", "Seconds to wait for a connection"),
  option(
    "text",
    "sshCommonArguments",
    "--ssh-common-args",
    "Options of the ssh program to honour, for example -o ProxyJump=bastion",
  ),
  option("text", "sftpExtraArguments", "--sftp-extra-args", "Options for sftp; accepted, nothing uses sftp here"),
  option("text", "scpExtraArguments", "--scp-extra-args", "Options for scp; accepted, nothing uses scp here"),
  option("text", "sshExtraArguments", "--ssh-extra-args", "More options of the ssh program to honour"),
  option("flag", "askPass", "-k --ask-pass", "Ask for the password to sign in with"),
  option(
    "text",
    "connectionPasswordFile",
    "--connection-password-file --conn-pass-file",
    "File with the password to sign in with",
  ),
];

const RUN_AS: readonly Option[] = [
  option("flag", "become", "-b --become", "Become another user on the hosts"),
  option("text", "becomeMethod", "--become-method", "How to become that user: sudo or su"),
  option("text", "becomeUser", "--become-user", "The user to become; root unless given"),
  option("flag", "becomeAskPass", "-K --ask-become-pass", "Ask for the password to become that user"),
  option(
    "text",
    "becomePasswordFile",
    "--become-password-file --become-pass-file",
    "File with the password to become that user",
  ),
];

const INVENTORY: readonly Option[] = [
  option(
    "list",
    "inventory",
    "-i --inventory --inventory-file",
    "Inventory file or folder, or hosts with commas between; repeatable",
  ),
  option("flag", "listHosts", "--list-hosts", "Only list the hosts that would be used"),
  option("text", "limit", "-l --limit", "Only these hosts: a pattern, or @ and a file of them"),
  option("flag", "flushCache", "--flush-cache", "Forget facts kept from earlier runs"),
];

const RUN_TASKS: readonly Option[] = [
  option("list", "extraVariables", "-e --extra-vars", "Variables: key=value, JSON, YAML, or @ and a file; repeatable"),
];

const VAULT: readonly Option[] = [
  option("list", "vaultIdentities", "--vault-id", "Vault identity: label@file, label@prompt or a file; repeatable"),
  option("flag", "askVaultPass", "-J --ask-vault-password --ask-vault-pass", "Ask for the vault password"),
  option(
    "list",
    "vaultPasswordFiles",
    "--vault-password-file --vault-pass-file",
    "File with the vault password; repeatable",
  ),
];

const CHECK: readonly Option[] = [
  option("flag", "check", "-C --check", "Predict only; change nothing"),
  option("flag", "diff", "-D --diff", "Show what changes in files"),
];

const FORKS: readonly Option[] = [option("integer", "forks", "-f --forks", "How many hosts at once")];

const MODULES: readonly Option[] = [
  option("paths", "modulePath", "-M --module-path", "Folders of further modules, with colons between"),
];

/** The options of ansible-playbook 2.19. */
export const PLAYBOOK_OPTIONS: readonly Option[] = [
  ...COMMON,
  ...CONNECT,
  option("flag", "forceHandlers", "--force-handlers", "Run handlers also on hosts that failed"),
  ...RUN_AS,
  option("list", "tags", "-t --tags", "Only plays and tasks with these tags"),
  option("list", "skipTags", "--skip-tags", "Not the plays and tasks with these tags"),
  ...CHECK,
  ...INVENTORY,
  ...RUN_TASKS,
  ...VAULT,
  ...FORKS,
  ...MODULES,
  option("flag", "syntaxCheck", "--syntax-check", "Only read the playbook and tell what is wrong with it"),
  option("flag", "listTasks", "--list-tasks", "Only list the tasks that would run"),
  option("flag", "listTags", "--list-tags", "Only list the tags there are"),
  option("flag", "step", "--step", "Ask before each task"),
  option("text", "startAtTask", "--start-at-task", "Begin at the task of this name"),
];

/** The options of ansible 2.19, for one task on a pattern of hosts. */
export const ADHOC_OPTIONS: readonly Option[] = [
  ...COMMON,
  ...RUN_AS,
  ...INVENTORY,
  option("integer", "pollInterval", "-P --poll", "Seconds between looks at a task that runs in the background"),
  option("integer", "background", "-B --background", "Run in the background, for at most so many seconds"),
  option("flag", "oneLine", "-o --one-line", "One line a result"),
  option("text", "tree", "-t --tree", "Folder to write each host's result to"),
  ...CONNECT,
  ...CHECK,
  ...RUN_TASKS,
  ...VAULT,
  ...FORKS,
  ...MODULES,
  option(
    "text",
    "playbookFolder",
    "--playbook-dir",
    "Folder that counts as the playbook's: for roles, group_vars and files",
  ),
  option("integer", "taskTimeout", "--task-timeout", "Seconds after which the task has failed"),
  option("text", "moduleArguments", "-a --args", "The module's arguments: key=value, or a JSON object"),
  option("text", "moduleName", "-m --module-name", "The module to run; command unless given"),
];

/** The options of ansible-inventory 2.19. */
export const INVENTORY_OPTIONS: readonly Option[] = [
  ...COMMON,
  ...INVENTORY.filter(({ name }) => name !== "listHosts"),
  ...VAULT,
  option(
    "text",
    "playbookFolder",
    "--playbook-dir",
    "Folder that counts as the playbook's: its group_vars and host_vars",
  ),
  ...RUN_TASKS,
  option("flag", "list", "--list", "Show all hosts, as inventory scripts do"),
  option("text", "host", "--host", "Show the variables of one host, whatever the limit"),
  option("flag", "graph", "--graph", "Draw the tree of groups, of one if it is named; whatever the limit"),
  option("flag", "yaml", "-y --yaml", "YAML instead of JSON; not for --graph"),
  option("flag", "toml", "--toml", "TOML instead of JSON; nothing here writes it"),
  option("flag", "showVariables", "--vars", "With --graph: the variables too"),
  option("flag", "export", "--export", "With --list: each group's and host's own variables, to be read in again"),
  option("text", "output", "--output", "With --list: write to this file"),
];

const VAULT_OUTPUT = option("text", "output", "--output", "File to write to; - is the standard output");

const VAULT_IDENTITY = option(
  "text",
  "encryptVaultIdentity",
  "--encrypt-vault-id",
  "The vault identity to encrypt with, where there are several",
);

/** The options of each action of ansible-vault 2.19. */
export const VAULT_OPTIONS: Readonly<Record<string, readonly Option[]>> = {
  create: [
    ...COMMON,
    ...VAULT,
    VAULT_IDENTITY,
    option("flag", "skipTtyCheck", "--skip-tty-check", "Open the editor although the output is no terminal"),
  ],
  decrypt: [...COMMON, ...VAULT, VAULT_OUTPUT],
  edit: [...COMMON, ...VAULT, VAULT_IDENTITY],
  view: [...COMMON, ...VAULT],
  encrypt: [...COMMON, ...VAULT, VAULT_OUTPUT, VAULT_IDENTITY],
  encrypt_string: [
    ...COMMON,
    ...VAULT,
    VAULT_OUTPUT,
    VAULT_IDENTITY,
    option("flag", "prompt", "-p --prompt", "Ask for the text to encrypt"),
    option("flag", "showInput", "--show-input", "Show what is typed when asked for the text"),
    option("list", "names", "-n --name", "The variable's name; once for each text, in order"),
    option("text", "stdinName", "--stdin-name", "The name of the variable read from the standard input"),
  ],
  rekey: [
    ...COMMON,
    ...VAULT,
    VAULT_IDENTITY,
    option("text", "newVaultPasswordFile", "--new-vault-password-file", "File with the new password"),
    option("text", "newVaultIdentity", "--new-vault-id", "The new vault identity: label@source or a source"),
  ],
};

/** What is ours and not the original's. */
export const OWN_OPTIONS: readonly Option[] = [
  option("flag", "json", "--json", "Tell every event as one JSON document a line, instead of text"),
  option("text", "journal", "--journal", "Also write every event to this file, one JSON document a line"),
];
