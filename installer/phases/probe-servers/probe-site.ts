import { join } from "node:path";
import { systemClock, timestamp } from "#inventory/kernel/clock.ts";
import type { ErrorRecord } from "#inventory/kernel/errors.ts";
import { writeFileDurably } from "#inventory/kernel/files.ts";
import type { Finding } from "#inventory/schema/plan.ts";
import type { Target } from "#inventory/select/targets.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import { facts } from "#playbooks/facts/registry.ts";
import { compareServers } from "../compare-servers/compare-servers.ts";
import {
  measureReachability,
  type Reachability,
  reachabilityFindings,
} from "../compare-servers/measure-reachability.ts";
import { orderFindings } from "../plan-site/findings.ts";
import type { ProbeEvent } from "./events.ts";
import { findServers } from "./find-servers.ts";
import { type ProbeAccess, probeServers } from "./probe-servers.ts";
import type { ServerSummary } from "./summary.ts";

export interface SiteProbe {
  readonly site: SiteDirectory;
  readonly targets: readonly Target[];
  readonly access: ProbeAccess;
  /** SSH port of targets that name none, for the sweep of networks. */
  readonly port: number;
  readonly concurrency: number;
  /** Whether a host without a pinned key is accepted and pinned. */
  readonly acceptNewHostKeys: boolean;
  /** Ports to try between the servers beside SSH; undefined leaves the reachability unmeasured. */
  readonly reachabilityPorts: readonly number[] | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ProbeEvent) => void;
}

/** One server's row in a report: what it is, or why it could not be read. */
export type ProbeRow =
  | ({ readonly status: "read" } & ServerSummary)
  | { readonly status: "failed"; readonly host: string; readonly address: string; readonly error: ErrorRecord };

export interface ProbeReport {
  readonly at: string;
  readonly servers: readonly ProbeRow[];
  readonly findings: readonly Finding[];
  readonly reachability: Reachability | null;
}

/**
 * Probes servers into a site directory: finds the servers of networks, reads each into `facts/`, pins their host keys in
 * `known_hosts`, compares them and writes what came of that to `comparison.json`. Facts of a server that cannot be read now
 * stay as they were.
 */
export async function probeSite(request: SiteProbe): Promise<ProbeReport> {
  const { site, access, signal, onEvent, concurrency } = request;
  await site.create();
  const hostKeys = openKnownHosts(site.paths.knownHosts, {
    acceptNew: request.acceptNewHostKeys,
    onPinned: ({ address, port, type, fingerprint }) =>
      onEvent({ type: "host-key-pinned", address, port, keyType: type, fingerprint }),
  });
  const targets = await findServers(request.targets, { port: request.port, signal, onEvent });
  const outcomes = await probeServers({
    targets,
    access,
    facts,
    hostKeys,
    concurrency,
    keep: ({ facts: read, raw }) => site.writeFacts(read, raw),
    signal,
    onEvent,
  });
  const read = outcomes.filter((outcome) => outcome.status === "read");
  const compared = read.map((outcome) => outcome.compared);
  const targetOf = new Map(read.map((outcome) => [outcome.compared, outcome.target]));
  let reachability: Reachability | null = null;
  if (request.reachabilityPorts !== undefined && compared.length > 1) {
    onEvent({ type: "comparing", servers: compared.length });
    reachability = await measureReachability({
      servers: compared,
      ports: request.reachabilityPorts,
      connect: async (server) => {
        const target = targetOf.get(server) ?? { name: server.host, address: server.address };
        return connectSsh(access.endpoint(target), { hostKeys, signal });
      },
      concurrency,
      signal,
    });
  }
  const report: ProbeReport = {
    at: timestamp(systemClock),
    servers: outcomes.map(({ target, ...outcome }): ProbeRow => {
      if (outcome.status === "read") return { status: "read", ...outcome.summary };
      return { status: "failed", host: target.name, address: target.address, error: outcome.error };
    }),
    findings: orderFindings([
      ...compareServers(compared),
      ...(reachability === null ? [] : reachabilityFindings(reachability, compared)),
    ]),
    reachability,
  };
  await writeFileDurably(
    join(site.path, "comparison.json"),
    `${JSON.stringify({ version: 1, ...report }, null, 2)}\n`,
    0o640,
  );
  return report;
}
