import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const agentSmartUnit = defineTemplate({
  name: "agent-smart-unit",
  title: "Reader of the disks' SMART state, as root, for the agent",
  role: "agent",
  path: "/etc/systemd/system/bdap-smart.service",
  mode: 0o644,
  source: "bdap-smart.service.hbs",
  context: Type.Object({}),
  contexts: ({ node }) => (node.services.includes("agent") ? [{}] : []),
});
