import type { Secret } from "#inventory/kernel/secret.ts";
import type { Connector } from "../connectors/connector.ts";
import type { EngineEvent, HostRecap } from "./events.ts";

/** One run of one playbook file. */
export interface PlaybookRun {
  /** Absolute path of the playbook. */
  readonly playbook: string;
  /** Inventory files and directories, later ones win. */
  readonly inventory: readonly string[];
  /** Where roles are looked for, beside the playbook's own roles/. */
  readonly rolesPath: readonly string[];
  /** Extra variables (`-e`), the highest precedence; values may hold `Secret`s at any depth. */
  readonly extraVariables: Readonly<Record<string, unknown>>;
  readonly limit?: string;
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  readonly forks: number;
  readonly check: boolean;
  readonly diff: boolean;
  readonly vaultPassword?: Secret;
  /** What `lookup('env', …)` reads; nothing unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Handlers an interrupted run still owed: they run as if notified at the start of their play. */
  readonly pendingHandlers?: readonly { readonly play: string; readonly handler: string; readonly host: string }[];
  /**
   * Opens the connector of one host; closed by the engine at the end. Called once per host and run, and once more for a task
   * that finds its connection lost. Hosts whose `ansible_connection` is `local` are not asked for.
   */
  connect(host: string, variables: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Connector>;
  onEvent(event: EngineEvent): void | Promise<void>;
  readonly signal: AbortSignal;
}

export interface PlaybookOutcome {
  readonly hosts: Readonly<Record<string, HostRecap>>;
  /** 0 all well, 2 a host failed, 4 a host was unreachable (both: 6 is 2|4), as ansible-playbook exits. */
  readonly exitCode: number;
}
