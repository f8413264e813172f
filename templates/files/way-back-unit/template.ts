import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const wayBackUnit = defineTemplate({
  name: "way-back-unit",
  title: "Puts unconfirmed changes to SSH and the firewall back",
  role: "baseline",
  path: "/etc/systemd/system/bdap-way-back.service",
  mode: 0o644,
  source: "bdap-way-back.service.hbs",
  context: Type.Object({}),
  contexts: () => [{}],
});
