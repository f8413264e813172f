import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const agentConfiguration = defineTemplate({
  name: "agent-configuration",
  title: "Settings of the node's agent",
  role: "agent",
  path: "/etc/bdap/agent.json",
  mode: 0o640,
  source: "agent.json.hbs",
  context: Type.Object({
    site: Type.String(),
    node: Type.String(),
    host: Type.String(),
    address: Type.String(),
    authority: Type.String(),
  }),
  contexts: ({ plan, node, authority }) => {
    const name = plan.services.find((service) => service.name === "control-plane")?.nodes[0];
    const server = plan.nodes.find((candidate) => candidate.name === name);
    if (server === undefined || authority === "") return [];
    return [
      { site: plan.site, node: node.name, host: `${server.name}.${plan.domain}`, address: server.address, authority },
    ];
  },
});
