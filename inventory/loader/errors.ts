import { ApplianceError } from "../kernel/errors.ts";

export const inventoryErrors = {
  notFound: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_SOURCE_NOT_FOUND",
      kind: "user",
      message: `The inventory ${path} does not exist.`,
      hint: "Give the path of an inventory file or folder.",
      context: { file: path },
    }),
  malformed: (source: string, line: number | undefined, problem: string) =>
    new ApplianceError({
      code: "INVENTORY_SOURCE_MALFORMED",
      kind: "user",
      message: `${source}${line === undefined ? "" : `:${line}`}: ${problem}`,
      hint: "Correct the inventory at that line.",
      context: { file: source, ...(line === undefined ? {} : { line }) },
    }),
  tooManyHosts: (source: string, range: string, limit: number) =>
    new ApplianceError({
      code: "INVENTORY_RANGE_TOO_LARGE",
      kind: "user",
      message: `${source}: the range ${range} stands for more than ${limit} hosts.`,
      hint: "Write a smaller range.",
      context: { file: source, range },
    }),
  noPassword: (source: string) =>
    new ApplianceError({
      code: "INVENTORY_VAULT_PASSWORD_MISSING",
      kind: "user",
      message: `${source} is encrypted with ansible-vault and no vault password was given.`,
      hint: "Give the vault password.",
      context: { file: source },
    }),
  unknownPattern: (pattern: string) =>
    new ApplianceError({
      code: "INVENTORY_PATTERN_UNKNOWN",
      kind: "user",
      message: `No host and no group matches ${pattern}.`,
      hint: "Name hosts or groups of the inventory.",
      context: { pattern },
    }),
  noHosts: (limit: string) =>
    new ApplianceError({
      code: "INVENTORY_LIMIT_EMPTY",
      kind: "user",
      message: `The limit ${limit} leaves no host.`,
      hint: "Name hosts or groups of the inventory after --limit.",
      context: { limit },
    }),
};
