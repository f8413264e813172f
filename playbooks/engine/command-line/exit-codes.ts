import { ApplianceError } from "#inventory/kernel/errors.ts";

/** What ansible-core's programs end with. Source: its ExitCode. */
export const exitCodes = {
  generic: 1,
  usage: 2,
  parser: 4,
  options: 5,
  interrupted: 99,
  unexpected: 250,
} as const;

/** What a call ends with that was refused by `error`, as the original would end. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof ApplianceError)) return exitCodes.unexpected;
  if (error.kind === "cancelled") return exitCodes.interrupted;
  if (error.code === "PLAYBOOKS_COMMAND_LINE_INVALID") return exitCodes.usage;
  if (OPTIONS.has(error.code)) return exitCodes.options;
  if (PARSER.has(error.code)) return exitCodes.parser;
  return error.kind === "bug" ? exitCodes.unexpected : exitCodes.generic;
}

const OPTIONS: ReadonlySet<string> = new Set(["PLAYBOOKS_EXTRA_VARIABLES_INVALID", "PLAYBOOKS_COMMAND_LINE_REFUSED"]);

/** Files that cannot be read as what they should be. */
const PARSER: ReadonlySet<string> = new Set([
  "KERNEL_YAML_UNPARSABLE",
  "INVENTORY_SOURCE_MALFORMED",
  "PLAYBOOKS_MALFORMED",
  "PLAYBOOKS_UNKNOWN_KEYWORD",
  "PLAYBOOKS_UNKNOWN_MODULE",
  "PLAYBOOKS_KEYWORD_NOT_SUPPORTED",
]);
