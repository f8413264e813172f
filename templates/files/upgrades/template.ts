import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const upgrades = defineTemplate({
  name: "upgrades",
  title: "Security updates by themselves, every day; never a reboot",
  role: "baseline",
  path: "/etc/apt/apt.conf.d/52bdap-upgrades",
  mode: 0o644,
  source: "52bdap-upgrades.hbs",
  context: Type.Object({}),
  contexts: ({ node }) => (node.os.startsWith("debian") ? [{}] : []),
});
