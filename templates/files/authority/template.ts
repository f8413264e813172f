import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const authority = defineTemplate({
  name: "authority",
  title: "The site's certificate authority",
  role: "runtime",
  path: "/etc/bdap/authority.pem",
  mode: 0o644,
  source: "authority.pem.hbs",
  context: Type.Object({ authority: Type.String() }),
  contexts: ({ authority: pem }) => (pem === "" ? [] : [{ authority: pem.trimEnd() }]),
});
