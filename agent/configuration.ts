import { readFile } from "node:fs/promises";
import { parseWith } from "#inventory/kernel/schema.ts";
import { configurationUnreadable } from "./errors.ts";
import { AgentConfiguration } from "./protocol/configuration.ts";

/** The agent's configuration from `path`. Throws `AGENT_CONFIGURATION_UNREADABLE` or `KERNEL_SCHEMA_MISMATCH`. */
export async function loadConfiguration(path: string): Promise<AgentConfiguration> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw configurationUnreadable(path, error);
  }
  return parseWith(AgentConfiguration, value, path);
}
