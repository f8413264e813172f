import pLimit from "p-limit";
import { type Clock, systemClock } from "#inventory/kernel/clock.ts";
import { type ErrorRecord, errorRecordOf } from "#inventory/kernel/errors.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Target } from "#inventory/select/targets.ts";
import type { Endpoint } from "#playbooks/connectors/connector.ts";
import { JumpHosts } from "#playbooks/connectors/ssh/jump-hosts.ts";
import type { HostKeyStore } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import type { Fact } from "#playbooks/facts/fact.ts";
import { type ComparedServer, comparedServer } from "../compare-servers/compared-server.ts";
import type { ProbeEvent } from "./events.ts";
import { installKey } from "./install-key.ts";
import { probeServer, type ServerReading } from "./probe-server.ts";
import { type ServerSummary, summaryOf } from "./summary.ts";

export interface ProbeAccess {
  endpoint(target: Target): Endpoint;
  readonly sudoPassword: Secret | undefined;
  /** Public key, one line, to install where a password was needed to sign in. */
  readonly publicKey?: string;
}

export interface ProbeRequest {
  readonly targets: readonly Target[];
  readonly access: ProbeAccess;
  readonly facts: readonly Fact[];
  readonly hostKeys: HostKeyStore;
  /** Servers read at a time. */
  readonly concurrency: number;
  /** Keeps what one server told. Nothing else does: a probe of any size needs the memory of `concurrency` servers. */
  readonly keep: (reading: ServerReading) => Promise<void>;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ProbeEvent) => void;
  readonly clock?: Clock;
}

/** What became of one server: read, or why not. */
export type ProbeOutcome =
  | {
      readonly status: "read";
      readonly target: Target;
      readonly summary: ServerSummary;
      readonly compared: ComparedServer;
    }
  | { readonly status: "failed"; readonly target: Target; readonly error: ErrorRecord };

/**
 * Reads every target over one SSH connection each, `concurrency` at a time. A server that cannot be read is an outcome with
 * its cause and stops no other one. Rejects only when a result cannot be kept or the run is cancelled.
 */
export async function probeServers(request: ProbeRequest): Promise<ProbeOutcome[]> {
  const limit = pLimit(request.concurrency);
  const jumps = new JumpHosts(request.hostKeys);
  const total = request.targets.length;
  let done = 0;
  try {
    return await Promise.all(
      request.targets.map((target) =>
        limit(async () => {
          const outcome = await probeTarget(request, target, jumps);
          done += 1;
          const { name: host } = target;
          if (outcome.status === "read") request.onEvent({ type: "read", host, summary: outcome.summary, done, total });
          else request.onEvent({ type: "failed", host, error: outcome.error, done, total });
          return outcome;
        }),
      ),
    );
  } finally {
    limit.clearQueue();
    jumps.close();
  }
}

async function probeTarget(request: ProbeRequest, target: Target, jumps: JumpHosts): Promise<ProbeOutcome> {
  request.signal.throwIfAborted();
  let reading: ServerReading;
  try {
    reading = await readTarget(request, target, jumps);
  } catch (error) {
    request.signal.throwIfAborted();
    return { status: "failed", target, error: errorRecordOf(error) };
  }
  await request.keep(reading);
  const summary = summaryOf(reading.facts, reading.unprivileged);
  return { status: "read", target, ...detached({ summary, compared: comparedServer(reading.facts) }) };
}

/**
 * The same with texts of its own. What a parser cut out of a server's output is, to the engine below us, a view of the whole
 * output, which would stay in memory as long as the smallest piece of it.
 */
function detached<T>(value: T): T {
  return structuredClone(value);
}

async function readTarget(request: ProbeRequest, target: Target, jumps: JumpHosts): Promise<ServerReading> {
  const { access, hostKeys, signal, clock = systemClock } = request;
  const endpoint = access.endpoint(target);
  request.onEvent({ type: "started", host: endpoint.host, address: endpoint.address });
  const connector = await connectSsh(endpoint, { hostKeys, signal, clock, jumps });
  try {
    if (access.publicKey !== undefined && connector.signedInWith === "password") {
      const { already } = await installKey(connector, access.publicKey, signal);
      request.onEvent({ type: "key-installed", host: endpoint.host, user: endpoint.user, already });
    }
    const { facts } = request;
    return await probeServer({ connector, endpoint, facts, sudoPassword: access.sudoPassword, clock, signal });
  } finally {
    await connector.close();
  }
}
