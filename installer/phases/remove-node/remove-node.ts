import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { openControlPlane } from "../site-access/site-access.ts";
import { removalErrors } from "./errors.ts";

export interface NodeRemoval {
  readonly site: SiteDirectory;
  readonly node: string;
  /** What the person gave as the node's name once more; asks for it, where nothing was given. */
  confirm(): Promise<string>;
  /** Whether a node that the plan still has is removed all the same. */
  readonly stillPlanned: boolean;
}

/** A node that is gone, and what is left to do. */
export interface RemovedNode {
  readonly node: string;
  readonly removed: true;
  readonly next: readonly string[];
}

/**
 * Takes a node out of the site: its certificates and tokens are void, its place in the control plane is gone. The server
 * itself is not touched. Rejects with `INSTALLER_NODE_STILL_PLANNED`, `INSTALLER_REMOVAL_NOT_CONFIRMED`, and as the control
 * plane does when it knows no such node.
 */
export async function removeNode({ site, node, confirm, stillPlanned }: NodeRemoval): Promise<RemovedNode> {
  const planned = (await site.readPlan())?.nodes.find(({ name }) => name === node);
  if (planned !== undefined && !stillPlanned) throw removalErrors.stillPlanned(node, planned.address);
  const client = await openControlPlane(site);
  try {
    const { address } = await client.showNode(node);
    if ((await confirm()) !== node) throw removalErrors.notConfirmed(node);
    await client.deleteNode(node);
    return { node, removed: true, next: nextSteps(address, planned !== undefined) };
  } finally {
    await client.close();
  }
}

function nextSteps(address: string, isPlanned: boolean): string[] {
  return [
    `Its agent still runs on ${address}, refused from now on: there, systemctl disable --now bdap-agent; or install the server anew.`,
    isPlanned
      ? "plan.json still has it: the next bdap apply lets it in again."
      : `To bring it back: take ${address} out of "exclude" in site.yml, then bdap probe, bdap plan, bdap apply.`,
  ];
}
