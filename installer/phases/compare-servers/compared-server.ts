import type { ServerFacts } from "#inventory/schema/facts.ts";

/** The part of a server's facts that is compared between servers. A {@link ServerFacts} is one, too. */
export interface ComparedServer {
  readonly host: string;
  readonly address: string;
  readonly facts: Pick<ServerFacts["facts"], "identity" | "time" | "network">;
}

/** Only what comparing needs, so that a thousand servers can be held at once. */
export function comparedServer({ host, address, facts }: ServerFacts): ComparedServer {
  return { host, address, facts: { identity: facts.identity, time: facts.time, network: facts.network } };
}
