import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const agentSmartTimer = defineTemplate({
  name: "agent-smart-timer",
  title: "When the disks' SMART state is read",
  role: "agent",
  path: "/etc/systemd/system/bdap-smart.timer",
  mode: 0o644,
  source: "bdap-smart.timer.hbs",
  context: Type.Object({}),
  contexts: ({ node }) => (node.services.includes("agent") ? [{}] : []),
});
