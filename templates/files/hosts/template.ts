import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const hosts = defineTemplate({
  name: "hosts",
  title: "Names of all nodes of the site, so that they find each other without a name server",
  role: "baseline",
  path: "/etc/hosts",
  mode: 0o644,
  source: "hosts.hbs",
  context: Type.Object({
    node: Type.String(),
    fqdn: Type.String(),
    hosts: Type.Array(Type.Object({ address: Type.String(), fqdn: Type.String(), name: Type.String() })),
  }),
  contexts: ({ plan, node }) => [
    {
      node: node.name,
      fqdn: `${node.name}.${plan.domain}`,
      hosts: plan.nodes.map(({ address, name }) => ({ address, fqdn: `${name}.${plan.domain}`, name })),
    },
  ],
});
