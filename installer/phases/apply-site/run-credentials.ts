import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { RunCredentials } from "../phase.ts";

/** The credentials of one run, beginning with what the vault holds. */
export function runCredentials(vault: ReadonlyMap<string, Secret>): RunCredentials {
  const entries = new Map(vault);
  return {
    entries,
    add(made) {
      for (const [name, secret] of Object.entries(made)) entries.set(name, secret);
    },
    get(name) {
      const secret = entries.get(name);
      if (secret !== undefined) return secret;
      throw new ApplianceError({
        code: "INSTALLER_CREDENTIAL_MISSING",
        kind: "environment",
        message: `The site's vault has no ${name}.`,
        hint: "Run bdap apply without --tags or --limit once: it makes the site's credentials first.",
        context: { name },
      });
    },
  };
}
