import pLimit from "p-limit";
import { nodePaths } from "#agent/protocol/messages.ts";
import type { ControlPlaneClient } from "#control-plane/client/client.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import { shellQuote } from "#inventory/kernel/shell.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import type { PhaseInput } from "../phase.ts";
import { accessOf, openControlPlane } from "../site-access/site-access.ts";

/**
 * A single-use join token for each host that has to join: one that never did, whose certificate was revoked or has
 * expired, or that was installed anew and lost it. Other hosts are left alone, so that a second apply makes no token and
 * changes nothing. A host that cannot be looked at gets none: the play will say what is wrong with it.
 */
export async function mintTokens(input: PhaseInput): Promise<Readonly<Record<string, Secret>>> {
  const client = await openControlPlane(input.site, input.plan);
  const limit = pLimit(input.options.forks);
  try {
    const look = await identityReader(input);
    const tokens: Record<string, Secret> = {};
    await Promise.all(
      input.hosts.map((host) =>
        limit(async () => {
          if (await hasToJoin(host, client, look))
            tokens[host] = new Secret((await client.makeToken({ node: host })).token);
        }),
      ),
    );
    return tokens;
  } finally {
    await client.close();
  }
}

/** What a host itself says: the machine id it joined with, that it holds no certificate, or that it could not be asked. */
type HostIdentity = { readonly machineId: string } | "none" | "unknown";
type IdentityReader = (host: string) => Promise<HostIdentity>;

async function hasToJoin(host: string, client: ControlPlaneClient, look: IdentityReader): Promise<boolean> {
  const node = await client.showNode(host);
  if (node.certificateNotAfter === null || Date.parse(node.certificateNotAfter) <= Date.now()) return true;
  const identity = await look(host);
  if (identity === "unknown") return false;
  return identity === "none" || identity.machineId !== node.machineId;
}

async function identityReader({ site, answers, plan, signal, onProgress }: PhaseInput): Promise<IdentityReader> {
  const access = await accessOf(site, answers);
  const hostKeys = openKnownHosts(site.paths.knownHosts);
  const become =
    access.sudoPassword === undefined
      ? { user: "root", method: "sudo" as const }
      : { user: "root", method: "sudo" as const, password: access.sudoPassword };
  const script = `test -s ${shellQuote(`${nodePaths.agentState}/identity.pem`)} && cat /etc/machine-id`;
  return async (host) => {
    const node = plan.nodes.find((candidate) => candidate.name === host);
    if (node === undefined) return "unknown";
    const endpoint = access.endpoint(node);
    try {
      const connector = await connectSsh(endpoint, { hostKeys, signal });
      try {
        const asRoot = endpoint.user === "root" ? {} : { become };
        const { status, stdout } = await connector.run({ script, timeoutMilliseconds: 20_000, ...asRoot }, signal);
        return status === 0 ? { machineId: stdout.trim() } : "none";
      } finally {
        await connector.close();
      }
    } catch (error) {
      signal.throwIfAborted();
      onProgress(`${host} could not be looked at: ${messageOf(error)}`);
      return "unknown";
    }
  };
}
