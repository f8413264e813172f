import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const wayBack = defineTemplate({
  name: "way-back",
  title: "Undoes changes to SSH and the firewall when nobody confirms that the node can still be reached",
  role: "baseline",
  path: "/usr/local/lib/bdap/way-back",
  mode: 0o755,
  source: "way-back.hbs",
  context: Type.Object({}),
  contexts: () => [{}],
});
