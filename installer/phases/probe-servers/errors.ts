import { ApplianceError } from "#inventory/kernel/errors.ts";

export const probeErrors = {
  noTargets: () =>
    new ApplianceError({
      code: "INSTALLER_NO_TARGETS",
      kind: "user",
      message: "No servers were named and this site has no site.yml that names them.",
      hint: "Name them, as in: bdap probe 10.0.0.[10-40], or point --site at a site directory.",
    }),
  inventoryEmpty: (path: string) =>
    new ApplianceError({
      code: "INSTALLER_NO_TARGETS",
      kind: "user",
      message: `The inventory ${path} names no hosts.`,
      hint: "Add hosts to it, or name the servers on the command line.",
      context: { path },
    }),
  inventoryValue: (path: string, host: string, variable: string) =>
    new ApplianceError({
      code: "INSTALLER_INVENTORY_VALUE",
      kind: "user",
      message: `${variable} of ${host} in ${path} cannot be used to reach it.`,
      hint: "Write a plain address, user name or port number there; templates are not read by the probe.",
      context: { path, host, variable },
    }),
};
