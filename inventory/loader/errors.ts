import { ApplianceError, messageOf } from "../kernel/errors.ts";

export const inventoryErrors = {
  notFound: (path: string) =>
    new ApplianceError({
      code: "INVENTORY_SOURCE_NOT_FOUND",
      kind: "user",
      message: `The inventory ${path} does not exist.`,
      hint: "Give the path of an inventory file or folder.",
      context: { file: path },
    }),
  malformed: (source: string, line: number | undefined, problem: string): ApplianceError =>
    new ApplianceError({
      code: "INVENTORY_SOURCE_MALFORMED",
      kind: "user",
      message: `${source}${line === undefined ? "" : `:${line}`}: ${problem}`,
      hint: "Correct the inventory at that line.",
      context: { file: source, problem, ...(line === undefined ? {} : { line }) },
    }),
  /** Anything thrown while a source was read, as an error of that source. */
  ofSource: (source: string, error: unknown): ApplianceError =>
    error instanceof ApplianceError ? error : inventoryErrors.malformed(source, undefined, messageOf(error)),
  unparsed: (source: string) =>
    new ApplianceError({
      code: "INVENTORY_UNPARSED",
      kind: "user",
      message: `Completely failed to parse inventory source ${source}`,
      hint: "Correct the source, or leave it out; the warnings above say what is wrong with it.",
      context: { file: source },
    }),
  loop: (problem: string) =>
    new ApplianceError({
      code: "INVENTORY_GROUP_LOOP",
      kind: "user",
      message: problem,
      hint: "Take one of the groups out of the other's children; every group is in `all` already.",
    }),
  nothingParsed: () =>
    new ApplianceError({
      code: "INVENTORY_UNPARSED",
      kind: "user",
      message: "No inventory was parsed, please check your configuration and options.",
      hint: "Name an inventory that can be read with -i.",
    }),
  noKinds: () =>
    new ApplianceError({
      code: "INVENTORY_NO_KINDS",
      kind: "user",
      message: "No inventory plugins available to generate inventory, make sure you have at least one enabled.",
      hint: "Name some of host_list, script, auto, yaml, ini, toml in ANSIBLE_INVENTORY_ENABLED or [inventory] enable_plugins.",
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
      message: `Attempting to decrypt but no vault secrets found: ${source} is encrypted with ansible-vault.`,
      hint: "Give the vault password: --vault-password-file, --vault-id or --ask-vault-pass.",
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
  invalidPattern: (pattern: string, cause: unknown) =>
    new ApplianceError({
      code: "INVENTORY_PATTERN_INVALID",
      kind: "user",
      message: `Invalid host list pattern: ${pattern}`,
      hint: "After ~ write a regular expression; see man 7 glob for the others.",
      context: { pattern },
      cause,
    }),
  noSubscript: (pattern: string) =>
    new ApplianceError({
      code: "INVENTORY_PATTERN_SUBSCRIPT",
      kind: "user",
      message: `No hosts matched the subscripted pattern '${pattern}'`,
      hint: "Count from 0, or from the end with -1; `bdap inventory --graph` shows the hosts of each group.",
      context: { pattern },
    }),
  limitFile: (path: string, problem: string) =>
    new ApplianceError({
      code: "INVENTORY_LIMIT_FILE",
      kind: "user",
      message: problem,
      hint: "After @ name a file with one host pattern a line.",
      context: { file: path },
    }),
};
