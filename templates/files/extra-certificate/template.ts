import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const extraCertificate = defineTemplate({
  name: "extra-certificate",
  title: "A certificate authority of the organisation's own that the nodes trust",
  role: "baseline",
  path: "/usr/local/share/ca-certificates/bdap-{{name}}.crt",
  mode: 0o644,
  source: "certificate.hbs",
  context: Type.Object({ name: Type.String(), certificate: Type.String() }),
  contexts: ({ extraCertificates }) =>
    Object.entries(extraCertificates).map(([name, certificate]) => ({ name, certificate: certificate.trimEnd() })),
});
