import { bundles } from "#agent/bundle/bundle.ts";
import { everyNode } from "../plan-nodes.ts";
import { playPhase } from "../play-phase.ts";
import { mintTokens } from "./tokens.ts";

/** Puts the agent on every node; nodes that have not joined yet are given a single-use token. */
export const provisionAgents = playPhase({
  name: "provision-agents",
  title: "Agent on every node",
  destructive: false,
  secondsPerHost: 15,
  needs: ["register-nodes"],
  nodes: everyNode,
  play: "provision-agents.yml",
  variables: async (input) => {
    const { runtime, agent } = await bundles(input.packageRoot);
    return {
      bdap_node_version: runtime.version,
      bdap_node_binary: runtime.path,
      bdap_node_size: runtime.size,
      bdap_agent_bundle: agent.path,
      bdap_join_tokens: input.options.check ? {} : await mintTokens(input),
    };
  },
});
