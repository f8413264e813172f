import type { Secret } from "#inventory/kernel/secret.ts";
import type { Inventory } from "#inventory/loader/inventory.ts";
import type { Settings } from "#inventory/settings/settings.ts";
import type { VaultSecrets } from "#inventory/vault/vault-secrets.ts";
import type { Connector } from "../connectors/connector.ts";
import type { EngineEvent, HostRecap } from "./events.ts";
import type { ModuleFolders } from "./foreign-modules/module-folders.ts";
import type { FactCacheSettings } from "./variables/fact-cache.ts";

/** One run of one playbook file. */
export interface PlaybookRun {
  /** Absolute path of the playbook. */
  readonly playbook: string;
  /** What the playbook says, where there is no such file. */
  readonly playbookText?: string;
  /** Inventory files and directories, later ones win. */
  readonly inventory: readonly string[];
  /** Reads the inventory, and reads it anew for `meta: refresh_inventory`; its sources alone unless given. */
  readInventory?(): Promise<Inventory>;
  /** Where roles are looked for, beside the playbook's own roles/. */
  readonly rolesPath: readonly string[];
  /** Extra variables (`-e`), the highest precedence; values may hold `Secret`s at any depth. */
  readonly extraVariables: Readonly<Record<string, unknown>>;
  /** Only these hosts: a pattern. */
  readonly limit?: string;
  /** The hosts that `limit` leaves, where the caller has worked them out (a limit may name files). */
  readonly limitedTo?: ReadonlySet<string>;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly forks: number;
  readonly check: boolean;
  readonly diff: boolean;
  readonly vaultPassword?: Secret;
  /** The vault's secrets where there may be several, instead of `vaultPassword`. */
  readonly vaultSecrets?: VaultSecrets;
  /** How files of variables are found and take precedence, where that is not as usual. */
  readonly inventorySettings?: Settings;
  /** How a person's configuration (ansible.cfg, `ANSIBLE_*`, command line) departs from what the language says. */
  readonly settings?: RunSettings;
  /** `-v` times; what `debug`'s `verbosity` and `ansible_verbosity` see. */
  readonly verbosity?: number;
  /** Asks the person at the terminal (`vars_prompt`, `pause`); without it there is none, and defaults count. */
  prompt?(question: Question, signal: AbortSignal): Promise<Answer>;
  /** Where modules written for Ansible are looked for; what `environment` says unless given. */
  readonly modules?: ModuleFolders;
  /** What `lookup('env', …)` reads; nothing unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Handlers an interrupted run still owed: they run as if notified at the start of their play. */
  readonly pendingHandlers?: readonly { readonly play: string; readonly handler: string; readonly host: string }[];
  /**
   * Opens a connector of one host; closed by the engine at the end. Called once per host, run and way of reaching it (user,
   * port, address …), and once more for a task that finds its connection lost. Hosts whose `ansible_connection` is `local` are not asked for.
   */
  connect(host: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Connector>;
  onEvent(event: EngineEvent): void | Promise<void>;
  readonly signal: AbortSignal;
}

/** A question to the person at the terminal. */
export interface Question {
  readonly text: string;
  /** What is typed is not shown. */
  readonly isPrivate: boolean;
  /** Milliseconds after which the answer is empty. */
  readonly timeoutMilliseconds?: number;
}

export interface Answer {
  readonly text: string;
  /** How waiting ended: by Enter, by the deadline, or by ctrl+C followed by `a` (abort) or `c` (continue). */
  readonly end: "entered" | "timeout" | "abort" | "continue";
}

/** Each setting with ansible-core's name for it; its own default counts where it is left out. */
export interface RunSettings {
  /** DEFAULT_GATHERING, `implicit` unless given. */
  readonly gathering?: "implicit" | "explicit" | "smart";
  /** DEFAULT_HASH_BEHAVIOUR, `replace` unless given. */
  readonly hashBehaviour?: "replace" | "merge";
  /** DEFAULT_FORCE_HANDLERS. */
  readonly forceHandlers?: boolean;
  /** ANY_ERRORS_FATAL. */
  readonly anyErrorsFatal?: boolean;
  /** ERROR_ON_MISSING_HANDLER, true unless given. */
  readonly errorOnMissingHandler?: boolean;
  /** DEFAULT_STRATEGY. */
  readonly strategy?: string;
  /** CACHE_PLUGIN `jsonfile` and its kin; facts live for the run unless given. */
  readonly factCache?: FactCacheSettings;
  /** INJECT_FACTS_AS_VARS, true unless given. */
  readonly injectFacts?: boolean;
  /** TASK_TIMEOUT in seconds; 0 is none. */
  readonly taskTimeout?: number;
  /** DEFAULT_PRIVATE_ROLE_VARS. */
  readonly privateRoleVars?: boolean;
  /** INVALID_TASK_ATTRIBUTE_FAILED, true unless given. */
  readonly invalidTaskAttributeFailed?: boolean;
  /** COLLECTIONS_PATHS. */
  readonly collectionsPath?: readonly string[];
  /** CONFIG_FILE: what `ansible_config_file` says. */
  readonly configFile?: string;
  /** Play keywords as the command line gives them (`connection`, `remote_user`, `become`, `become_user`, …): the weakest of their kind. */
  readonly keywords?: Readonly<Record<string, unknown>>;
  /** What becoming another user asks for where no variable says it (`--ask-become-pass`). */
  readonly becomePassword?: Secret;
  /** What `ansible_playbook_python` says: a Python of this machine, if it has one. */
  readonly playbookPython?: string;
  /** HOST_PATTERN_MISMATCH: what happens when a play's pattern matches nothing; told as a warning unless given. */
  readonly patternMismatch?: "error" | "warning" | "ignore";
  /** `--start-at-task`: a name or glob; what comes before is not run. */
  readonly startAtTask?: string;
  /** `--step`: asked before each task; answers whether to run it, or to run all from now on. */
  step?(task: string): Promise<"yes" | "no" | "continue">;
}

export interface PlaybookOutcome {
  readonly hosts: Readonly<Record<string, HostRecap>>;
  /** As ansible-playbook exits: 0 all well, 4 a host is unreachable at the end, else 2 when one has failed. */
  readonly exitCode: number;
}
