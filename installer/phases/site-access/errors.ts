import { ApplianceError } from "#inventory/kernel/errors.ts";

export const accessErrors = {
  fileMissing: (code: "KEY" | "PASSWORD" | "SUDO_PASSWORD", answer: string, path: string, why: string) =>
    new ApplianceError({
      code: `INSTALLER_${code}_FILE_MISSING`,
      kind: "user",
      message: `access.${answer} in site.yml names ${path}, which cannot be read: ${why}.`,
      hint: "Put the file there, or correct the path; a relative one starts at the site directory.",
      context: { path },
    }),
  notAKey: (path: string) =>
    new ApplianceError({
      code: "INSTALLER_KEY_FILE_INVALID",
      kind: "user",
      message: `access.keyFile in site.yml names ${path}, which is not a private key.`,
      hint: "Name the private key, without .pub; ssh-keygen makes one.",
      context: { path },
    }),
  noControlPlane: (why: string) =>
    new ApplianceError({
      code: "INSTALLER_NO_CONTROL_PLANE",
      kind: "user",
      message: `This site has no control plane yet: ${why}.`,
      hint: "Run bdap plan, then bdap apply: they make it.",
    }),
  noAgent: () =>
    new ApplianceError({
      code: "INSTALLER_AGENT_MISSING",
      kind: "user",
      message: "access.useAgent in site.yml is on, but no SSH agent is running for you.",
      hint: "Start one (eval $(ssh-agent), ssh-add) or name a key with access.keyFile.",
    }),
};
