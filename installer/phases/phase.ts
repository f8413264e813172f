import type { Clock } from "#inventory/kernel/clock.ts";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";

/** What the person asked of this apply. */
export interface ApplyOptions {
  /** Predict only: nothing on any host and nothing in the site directory changes. */
  readonly check: boolean;
  readonly diff: boolean;
  /** Host pattern. */
  readonly limit?: string;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly forks: number;
  readonly engine: "native" | "ansible";
}

export type HostStatus = "done" | "changed" | "failed" | "unreachable" | "skipped";

/** How a phase ended on one host. */
export interface HostOutcome {
  readonly status: HostStatus;
  readonly cause?: ErrorRecord;
}

/** How a phase ended: per host where it touches hosts, and whether it changed anything anywhere. */
export interface PhaseReport {
  readonly hosts: Readonly<Record<string, HostOutcome>>;
  readonly changed: boolean;
}

/** A handler that an interrupted run still owed to a host. */
export interface PendingHandler {
  readonly play: string;
  readonly handler: string;
  readonly host: string;
}

/**
 * The site's credentials during one run: those of the vault and, under `check`, those that would be made, which are then
 * forgotten.
 */
export interface RunCredentials {
  readonly entries: ReadonlyMap<string, Secret>;
  add(made: Readonly<Record<string, Secret>>): void;
  /** Throws `INSTALLER_CREDENTIAL_MISSING`. */
  get(name: string): Secret;
}

/** What every phase is given. All of it is read-only; what a phase makes, it leaves in the site directory or on hosts. */
export interface PhaseInput {
  readonly site: SiteDirectory;
  readonly answers: Site;
  readonly plan: Plan;
  readonly services: readonly Service[];
  /** Root of the installed package: playbooks, templates, bundles. */
  readonly packageRoot: string;
  /** Where rendered files lie during this run: the site's rendered/, or a temporary folder under `check`. */
  readonly rendered: string;
  /** Main file of the Ansible inventory of this run: the site's, or a temporary copy under `check`. */
  readonly inventory: string;
  readonly credentials: RunCredentials;
  readonly options: ApplyOptions;
  /** Hosts this phase may touch: those of the plan that no earlier phase failed on. */
  readonly hosts: readonly string[];
  readonly pendingHandlers: readonly PendingHandler[];
  readonly onEvent: (event: EngineEvent) => void | Promise<void>;
  readonly onProgress: (message: string) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** One step of an install, an upgrade or a removal. Idempotent: run again after an interruption, it finishes the rest. */
export interface Phase {
  /** Folder name: verb and noun. */
  readonly name: string;
  readonly title: string;
  readonly destructive: boolean;
  /** Rough seconds per host on ordinary hardware, for the plan's estimate. */
  readonly secondsPerHost: number;
  /** Which nodes of the plan it concerns. */
  nodes(plan: Plan): readonly string[];
  /** Phases that must have succeeded on every one of their nodes, else this one cannot start. */
  readonly needs: readonly string[];
  run(input: PhaseInput): Promise<PhaseReport>;
}
