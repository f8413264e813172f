import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const administratorKeys = defineTemplate({
  name: "administrator-keys",
  title: "Keys of one administrator",
  role: "baseline",
  path: "/etc/ssh/authorized-keys.d/{{name}}",
  mode: 0o644,
  source: "keys.hbs",
  context: Type.Object({ name: Type.String(), keys: Type.Array(Type.String()) }),
  contexts: ({ site }) => (site.administrators ?? []).map(({ name, keys }) => ({ name, keys })),
});
