import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { Connector } from "../../connectors/connector.ts";
import { connectLocal } from "../../connectors/local/local.ts";
import type { PlaybookRun } from "../run.ts";

/** Codes that say that nothing ran because the host could not be used at all. */
const NOT_REACHED: readonly string[] = [
  "PLAYBOOKS_HOST_UNREACHABLE",
  "PLAYBOOKS_HOST_KEY_CHANGED",
  "PLAYBOOKS_LOGIN_REFUSED",
  "PLAYBOOKS_KEY_UNUSABLE",
];

export function isUnreachable(error: unknown): error is ApplianceError {
  return error instanceof ApplianceError && NOT_REACHED.includes(error.code);
}

export function isOutcomeUnknown(error: unknown): error is ApplianceError {
  return error instanceof ApplianceError && error.code === "PLAYBOOKS_OUTCOME_UNKNOWN";
}

/** One connection per host, opened when first needed, kept to the end of the run. */
export class Connections {
  readonly #run: PlaybookRun;
  readonly #user: string;
  readonly #open = new Map<string, Promise<Connector>>();

  constructor(run: PlaybookRun, user: string) {
    this.#run = run;
    this.#user = user;
  }

  /** Whether a connection was opened before: a failure through it may be one of an old connection. */
  has(host: string): boolean {
    return this.#open.has(host);
  }

  get(host: string, variables: () => Readonly<Record<string, unknown>>): Promise<Connector> {
    let connector = this.#open.get(host);
    if (connector === undefined) {
      const known = variables();
      connector =
        known["ansible_connection"] === "local"
          ? Promise.resolve(connectLocal({ host, user: this.#user }))
          : this.#run.connect(host, known, this.#run.signal);
      connector.catch(() => this.#open.delete(host));
      this.#open.set(host, connector);
    }
    return connector;
  }

  /** Forgets a connection that broke (or that a person wants renewed); the next use opens a new one. */
  async drop(host: string): Promise<void> {
    const connector = this.#open.get(host);
    this.#open.delete(host);
    await connector?.then((open) => open.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map(async (connector) => (await connector).close()));
  }
}
