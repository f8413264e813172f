import type { ServerFacts } from "#inventory/schema/facts.ts";

/** The part of a server's facts that is compared between servers. A {@link ServerFacts} is one, too. */
export interface ComparedServer {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly facts: Pick<ServerFacts["facts"], "identity" | "operating-system" | "time" | "network">;
}

/** Only what comparing needs, so that a thousand servers can be held at once. */
export function comparedServer({ host, address, port, facts }: ServerFacts): ComparedServer {
  const { identity, "operating-system": system, time, network } = facts;
  return { host, address, port, facts: { identity, "operating-system": system, time, network } };
}

/** Containers share the hardware identity of the machine they run on. */
export function isContainer({ facts }: ComparedServer): boolean {
  const kind = facts["operating-system"].value?.virtualisation ?? "none";
  return /nspawn|docker|podman|lxc|container|wsl/.test(kind);
}
