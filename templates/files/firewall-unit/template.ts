import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const firewallUnit = defineTemplate({
  name: "firewall-unit",
  title: "Firewall of the site, loaded before the network is up",
  role: "baseline",
  path: "/etc/systemd/system/bdap-firewall.service",
  mode: 0o644,
  source: "bdap-firewall.service.hbs",
  context: Type.Object({}),
  contexts: () => [{}],
});
