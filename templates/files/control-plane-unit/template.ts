import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const controlPlaneUnit = defineTemplate({
  name: "control-plane-unit",
  title: "The control plane of the site",
  role: "control-plane",
  path: "/etc/systemd/system/bdap-control-plane.service",
  mode: 0o644,
  source: "bdap-control-plane.service.hbs",
  context: Type.Object({}),
  contexts: ({ node }) => (node.services.includes("control-plane") ? [{}] : []),
});
