import { ExpressionError } from "../errors.ts";
import { toBool } from "../filters/numbers.ts";
import { pythonRepr, pythonString } from "../values.ts";
import type { Lookup } from "./lookup.ts";

/** Settings of Ansible by name: the environment variable that says otherwise, and what is usual. */
const SETTINGS: Readonly<Record<string, readonly [string, unknown]>> = {
  DEFAULT_FORKS: ["ANSIBLE_FORKS", 5],
  DEFAULT_TIMEOUT: ["ANSIBLE_TIMEOUT", 10],
  DEFAULT_REMOTE_USER: ["ANSIBLE_REMOTE_USER", null],
  DEFAULT_REMOTE_PORT: ["ANSIBLE_REMOTE_PORT", null],
  DEFAULT_BECOME: ["ANSIBLE_BECOME", false],
  DEFAULT_BECOME_METHOD: ["ANSIBLE_BECOME_METHOD", "sudo"],
  DEFAULT_BECOME_USER: ["ANSIBLE_BECOME_USER", "root"],
  DEFAULT_GATHERING: ["ANSIBLE_GATHERING", "implicit"],
  DEFAULT_HASH_BEHAVIOUR: ["ANSIBLE_HASH_BEHAVIOUR", "replace"],
  DEFAULT_POLL_INTERVAL: ["ANSIBLE_POLL_INTERVAL", 15],
  DEFAULT_STRATEGY: ["ANSIBLE_STRATEGY", "linear"],
  DEFAULT_ROLES_PATH: ["ANSIBLE_ROLES_PATH", ["/usr/share/ansible/roles", "/etc/ansible/roles"]],
  DEFAULT_FORCE_HANDLERS: ["ANSIBLE_FORCE_HANDLERS", false],
  HOST_KEY_CHECKING: ["ANSIBLE_HOST_KEY_CHECKING", true],
  RETRY_FILES_ENABLED: ["ANSIBLE_RETRY_FILES_ENABLED", false],
  ERROR_ON_MISSING_HANDLER: ["ANSIBLE_ERROR_ON_MISSING_HANDLER", true],
  COLOR_OK: ["ANSIBLE_COLOR_OK", "green"],
  COLOR_CHANGED: ["ANSIBLE_COLOR_CHANGED", "yellow"],
  COLOR_ERROR: ["ANSIBLE_COLOR_ERROR", "red"],
  COLOR_SKIP: ["ANSIBLE_COLOR_SKIP", "cyan"],
  COLOR_UNREACHABLE: ["ANSIBLE_COLOR_UNREACHABLE", "bright red"],
  COLOR_WARN: ["ANSIBLE_COLOR_WARN", "bright purple"],
};

/** `config`: Ansible's own settings. */
export const config: Lookup = (terms, options, context) =>
  terms.flatMap((term) => {
    if (typeof term !== "string")
      throw new ExpressionError(`Invalid setting identifier, "${pythonString(term)}" is not a string`);
    const setting = Object.hasOwn(SETTINGS, term) ? SETTINGS[term] : undefined;
    if (setting === undefined) {
      if (["skip", "warn"].includes(pythonString(options.get("on_missing") ?? "error"))) return [];
      throw new ExpressionError(`No config definition exists for ${pythonRepr(term)}.`);
    }
    const [variable, usual] = setting;
    const said = context.templar.options.environment?.[variable];
    if (said === undefined) return [usual];
    if (typeof usual === "number") return [Number(said)];
    if (typeof usual === "boolean") return [toBool(said)];
    return [Array.isArray(usual) ? said.split(":") : said];
  });
