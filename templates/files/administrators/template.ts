import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const administrators = defineTemplate({
  name: "administrators",
  title: "Who may become root, with nothing but their key",
  role: "baseline",
  path: "/etc/sudoers.d/bdap-administrators",
  mode: 0o440,
  source: "bdap-administrators.hbs",
  context: Type.Object({ names: Type.Array(Type.String()) }),
  contexts: ({ site }) => [{ names: (site.administrators ?? []).map((administrator) => administrator.name) }],
});
