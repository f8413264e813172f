import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const agentUnit = defineTemplate({
  name: "agent-unit",
  title: "The node's agent",
  role: "agent",
  path: "/etc/systemd/system/bdap-agent.service",
  mode: 0o644,
  source: "bdap-agent.service.hbs",
  context: Type.Object({}),
  contexts: ({ node }) => (node.services.includes("agent") ? [{}] : []),
});
