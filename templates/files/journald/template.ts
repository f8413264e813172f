import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const journald = defineTemplate({
  name: "journald",
  title: "The journal: kept across reboots, bounded in size, so that logs never fill the disk",
  role: "baseline",
  path: "/etc/systemd/journald.conf.d/60-bdap.conf",
  mode: 0o644,
  source: "60-bdap.conf.hbs",
  context: Type.Object({}),
  contexts: () => [{}],
});
