import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const controlPlaneConfiguration = defineTemplate({
  name: "control-plane-configuration",
  title: "Settings of the control plane",
  role: "control-plane",
  path: "/etc/bdap/control-plane.json",
  mode: 0o640,
  source: "control-plane.json.hbs",
  context: Type.Object({ site: Type.String(), host: Type.String() }),
  contexts: ({ plan, node }) =>
    node.services.includes("control-plane") ? [{ site: plan.site, host: `${node.name}.${plan.domain}` }] : [],
});
