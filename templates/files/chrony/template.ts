import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const chrony = defineTemplate({
  name: "chrony",
  title: "Time: where this node gets it from",
  role: "baseline",
  path: "/etc/chrony/chrony.conf",
  mode: 0o644,
  source: "chrony.conf.hbs",
  context: Type.Object({ servers: Type.Array(Type.String()) }),
  contexts: ({ site }) => [{ servers: site.time?.servers ?? ["0.debian.pool.ntp.org", "1.debian.pool.ntp.org"] }],
});
