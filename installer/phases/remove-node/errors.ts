import { ApplianceError } from "#inventory/kernel/errors.ts";

export const removalErrors = {
  notConfirmed: (node: string) =>
    new ApplianceError({
      code: "INSTALLER_REMOVAL_NOT_CONFIRMED",
      kind: "user",
      message: `${node} is taken out of the site for good only when its name is confirmed.`,
      hint: `Give --confirm ${node}, or type the name when asked.`,
      state: "Nothing was changed.",
      context: { node },
    }),
  stillPlanned: (node: string, address: string) =>
    new ApplianceError({
      code: "INSTALLER_NODE_STILL_PLANNED",
      kind: "user",
      message: `plan.json still has ${node} (${address}): the next apply would let it in again.`,
      hint: `Add ${address} to "exclude" in site.yml and run bdap plan, then this again. To remove it all the same, give --still-planned.`,
      state: "Nothing was changed.",
      context: { node, address },
    }),
};
