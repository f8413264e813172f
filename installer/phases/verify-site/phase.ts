import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSummary } from "#agent/protocol/operator.ts";
import type { HostOutcome, Phase } from "../phase.ts";
import { everyNode } from "../plan-nodes.ts";
import { openControlPlane } from "../site-access/site-access.ts";

/** How long the last node may take from its agent's start to `ready`, in milliseconds. */
const PATIENCE = 90_000;

/** Waits until the control plane calls every node ready, or says which are not and why. */
export const verifySite: Phase = {
  name: "verify-site",
  title: "Every node ready",
  destructive: false,
  secondsPerHost: 2,
  needs: ["register-nodes"],
  nodes: everyNode,
  async run({ site, plan, hosts, options, signal, clock, onProgress }) {
    if (options.check) return { hosts: {}, changed: false };
    const client = await openControlPlane(site, plan);
    const deadline = clock.monotonic() + PATIENCE;
    try {
      for (;;) {
        const nodes = (await client.status()).nodes.filter((node) => hosts.includes(node.name));
        const waiting = nodes.filter((node) => !isSettled(node));
        if (waiting.length === 0 || clock.monotonic() > deadline)
          return { hosts: outcomes(hosts, nodes), changed: false };
        onProgress(`waiting for ${waiting.map((node) => `${node.name} (${node.state})`).join(", ")}`);
        await sleep(1000, undefined, { signal });
      }
    } finally {
      await client.close();
    }
  },
};

/**
 * Ready, or put aside by a person: both are as someone wants them. A node with an unused join token is about to join; until
 * it has, its state tells of an earlier life.
 */
function isSettled(node: NodeSummary): boolean {
  return (
    (node.state === "ready" && node.joinTokenUntil === null) ||
    ["draining", "drained", "maintenance"].includes(node.state)
  );
}

function outcomes(hosts: readonly string[], nodes: readonly NodeSummary[]): Record<string, HostOutcome> {
  const result: Record<string, HostOutcome> = {};
  for (const host of hosts) {
    const node = nodes.find((candidate) => candidate.name === host);
    result[host] =
      node !== undefined && isSettled(node) ? { status: "done" } : { status: "failed", cause: notReady(host, node) };
  }
  return result;
}

function notReady(host: string, node: NodeSummary | undefined): NonNullable<HostOutcome["cause"]> {
  const problems = node?.checks.filter((check) => check.status === "problem").map((check) => check.message) ?? [];
  const waits = typeof node?.joinTokenUntil === "string" ? "it has not used its join token yet" : undefined;
  return {
    code: "INSTALLER_NODE_NOT_READY",
    kind: "environment",
    message: `${host} is ${node?.state ?? "unknown to the control plane"}: ${waits ?? problems[0] ?? node?.reason ?? "it never reported"}`,
    hint: `Look at it with bdap nodes show ${host}, and at its agent with journalctl -u bdap-agent on the host.`,
    context: { host, problems },
  };
}
