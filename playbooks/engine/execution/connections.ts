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

/** How a task reaches a host. Tasks with the same `key` share a connection. */
export interface Route {
  readonly key: string;
  variables(): Readonly<Record<string, unknown>>;
}

/** Connections by host and route, opened when first needed, kept to the end of the run. */
export class Connections {
  readonly #run: PlaybookRun;
  readonly #user: string;
  readonly #open = new Map<string, Map<string, Promise<Connector>>>();

  constructor(run: PlaybookRun, user: string) {
    this.#run = run;
    this.#user = user;
  }

  /** Whether a connection was opened before: a failure through it may be one of an old connection. */
  has(host: string, route: Route): boolean {
    return this.#open.get(host)?.has(route.key) ?? false;
  }

  get(host: string, route: Route): Promise<Connector> {
    const routes = this.#open.get(host) ?? new Map<string, Promise<Connector>>();
    this.#open.set(host, routes);
    let connector = routes.get(route.key);
    if (connector === undefined) {
      const known = route.variables();
      connector =
        known["ansible_connection"] === "local" || known["ansible_connection"] === "ansible.builtin.local"
          ? Promise.resolve(connectLocal({ host, user: this.#user }))
          : this.#run.connect(host, known, this.#run.signal);
      connector.catch(() => routes.delete(route.key));
      routes.set(route.key, connector);
    }
    return connector;
  }

  /** Forgets a connection that broke (or, without a route, all of a host's that a person wants renewed). */
  async drop(host: string, route?: Route): Promise<void> {
    const routes = this.#open.get(host);
    if (routes === undefined) return;
    const gone = route === undefined ? [...routes.values()] : [routes.get(route.key)];
    if (route === undefined) routes.clear();
    else routes.delete(route.key);
    for (const connector of gone) await connector?.then((open) => open.close()).catch(() => undefined);
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()].flatMap((routes) => [...routes.values()]);
    this.#open.clear();
    await Promise.allSettled(all.map(async (connector) => (await connector).close()));
  }
}
