import { ApplianceError } from "#inventory/kernel/errors.ts";

export const engineErrors = {
  cancelled: () =>
    new ApplianceError({
      code: "PLAYBOOKS_RUN_CANCELLED",
      kind: "cancelled",
      message: "The run was stopped before its end.",
      hint: "Run it again: what is done already is left as it is.",
      state: "Tasks that were running were ended on their hosts; their outcome may be unknown.",
    }),
  unknownHost: (host: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_UNKNOWN_HOST",
      kind: "user",
      message: `No host of the inventory is called '${host}'.`,
      hint: "Name a host as the inventory does, and the inventory with -i.",
      context: { host },
    }),
  unknownHandler: (handler: string, place: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_UNKNOWN_HANDLER",
      kind: "user",
      message: `${place}: The requested handler '${handler}' was not found in either the main handlers list nor in the listening handlers list`,
      hint: "Define a handler of that name, or correct the name after notify.",
      context: { handler },
    }),
  badKeyword: (keyword: string, place: string, problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_MALFORMED",
      kind: "user",
      message: `${place}: ${keyword}: ${problem}`,
      hint: "Correct the file at that line.",
    }),
  patternUnmatched: (problem: string) =>
    new ApplianceError({
      code: "PLAYBOOKS_PATTERN_UNMATCHED",
      kind: "user",
      message: problem,
      hint: "Name hosts or groups of the inventory, or set ANSIBLE_HOST_PATTERN_MISMATCH to warning.",
    }),
};
