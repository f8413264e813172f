import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const journald = defineTemplate({
  name: "journald",
  title: "The journal: kept across reboots, bounded in size, so that logs never fill the disk",
  role: "baseline",
  path: "/etc/systemd/journald.conf.d/60-bdap.conf",
  mode: 0o644,
  source: "60-bdap.conf.hbs",
  context: Type.Object({ limited: Type.Boolean() }),
  // Limits would delete what an adopted server has logged so far.
  contexts: ({ node }) => [{ limited: node.keptPorts === undefined }],
});
