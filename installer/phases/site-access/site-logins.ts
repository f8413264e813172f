import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { chooseTargets } from "../probe-servers/choose-targets.ts";

/** How one server is reached, as its facts or a plan remember it. */
export interface Login {
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

/**
 * Gives a server the account and port that site.yml says now: those written at the server itself (`ops@10.0.0.7:2222`, or its
 * `ansible_user` and `ansible_port`), else those of `access`, else those it was last reached with. A server that site.yml does
 * not name stays as it is. Rejects as {@link chooseTargets}.
 */
export async function siteLogins(site: SiteDirectory, answers: Site): Promise<<S extends Login>(server: S) => S> {
  const targets = await chooseTargets(site, { named: [], inventory: undefined, answers: { ...answers, exclude: [] } });
  const known = new Map(targets.map((target) => [target.address, target]));
  return (server) => {
    const target = known.get(server.address);
    if (target === undefined) return server;
    const user = target.user ?? answers.access.user ?? server.user;
    const port = target.port ?? answers.access.port ?? server.port;
    return { ...server, user, port };
  };
}
