import { Type } from "typebox";
import { defineTemplate } from "../../renderer/template.ts";

export const sshd = defineTemplate({
  name: "sshd",
  title: "SSH: keys only, no root by password, nothing forwarded that nobody asked for",
  role: "baseline",
  path: "/etc/ssh/sshd_config.d/10-bdap.conf",
  mode: 0o644,
  source: "10-bdap.conf.hbs",
  context: Type.Object({ keysOnly: Type.Boolean() }),
  // Where the installer itself logs in with a password, passwords stay allowed: hardening must not lock it out. On an
  // adopted server others may log in with one.
  contexts: ({ site, node }) => [{ keysOnly: site.access.passwordFile === undefined && node.keptPorts === undefined }],
});
