import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const sysctl = defineTemplate({
  name: "sysctl",
  title: "Kernel settings",
  role: "baseline",
  path: "/etc/sysctl.d/60-bdap.conf",
  mode: 0o644,
  source: "60-bdap.conf.hbs",
  context: Type.Object({ ownKernel: Type.Boolean() }),
  contexts: ({ sharesKernel }) => [{ ownKernel: !sharesKernel }],
});
