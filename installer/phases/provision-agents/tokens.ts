import { Secret } from "#inventory/kernel/secret.ts";
import type { PhaseInput } from "../phase.ts";
import { openControlPlane } from "../site-access/site-access.ts";

/**
 * A single-use join token for each host that has no valid certificate yet: never joined, revoked, or expired. A host
 * that has one is left alone, so that a second apply makes no token and changes nothing.
 */
export async function mintTokens({ site, plan, hosts }: PhaseInput): Promise<Readonly<Record<string, Secret>>> {
  const client = await openControlPlane(site, plan);
  try {
    const tokens: Record<string, Secret> = {};
    for (const host of hosts) {
      const node = await client.showNode(host);
      if (node.certificateNotAfter !== null && Date.parse(node.certificateNotAfter) > Date.now()) continue;
      tokens[host] = new Secret((await client.makeToken({ node: host })).token);
    }
    return tokens;
  } finally {
    await client.close();
  }
}
