import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { messageOf, systemCodeOf } from "#inventory/kernel/errors.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { Endpoint } from "#playbooks/connectors/connector.ts";
import { accessErrors } from "./errors.ts";

export { openControlPlane } from "./control-plane.ts";

/** Where one server is, as far as a plan, an inventory or a target list knows. */
export interface Reachable {
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly user?: string;
}

/** Everything needed to log in to the servers of a site, read and checked once. */
export interface SiteAccess {
  /** What is unsafe about the files that were read, in words. */
  readonly warnings: readonly string[];
  /** For sudo, where it asks for one. */
  readonly sudoPassword: Secret | undefined;
  endpoint(server: Reachable): Endpoint;
}

const DEFAULT_PORT = 22;

/**
 * Reads the key and password files that the answers name. Rejects with `INSTALLER_KEY_FILE_MISSING`,
 * `INSTALLER_KEY_FILE_INVALID`, `INSTALLER_PASSWORD_FILE_MISSING`, `INSTALLER_SUDO_PASSWORD_FILE_MISSING` or
 * `INSTALLER_AGENT_MISSING`; a file that others can read is a warning.
 */
export async function accessOf(site: SiteDirectory, { access }: Site): Promise<SiteAccess> {
  const warnings: string[] = [];
  const read = async (
    code: "KEY" | "PASSWORD" | "SUDO_PASSWORD",
    answer: "keyFile" | "passwordFile" | "sudoPasswordFile",
  ) => {
    const name = access[answer];
    if (name === undefined) return undefined;
    const path = isAbsolute(name) ? name : join(site.path, name);
    const text = await readSecretFile(path, warnings).catch((error: unknown) => {
      throw accessErrors.fileMissing(code, answer, path, systemCodeOf(error) ?? messageOf(error));
    });
    if (code === "KEY" && !/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/m.test(text)) throw accessErrors.notAKey(path);
    return new Secret(code === "KEY" ? text : text.replace(/\r?\n$/, ""));
  };
  const privateKey = await read("KEY", "keyFile");
  const password = await read("PASSWORD", "passwordFile");
  const sudoPassword = await read("SUDO_PASSWORD", "sudoPasswordFile");
  if (access.useAgent === true && site.agentSocket === undefined) throw accessErrors.noAgent();
  return {
    warnings,
    sudoPassword,
    endpoint: (server) => ({
      host: server.name,
      address: server.address,
      port: server.port ?? access.port ?? DEFAULT_PORT,
      user: server.user ?? access.user ?? "root",
      ...(privateKey === undefined ? {} : { privateKey }),
      ...(password === undefined ? {} : { password }),
      ...(access.useAgent === true && site.agentSocket !== undefined ? { agentSocket: site.agentSocket } : {}),
    }),
  };
}

/** How to reach one server of the site; rejects as {@link accessOf}. */
export async function endpointOf(site: SiteDirectory, answers: Site, server: Reachable): Promise<Endpoint> {
  return (await accessOf(site, answers)).endpoint(server);
}

async function readSecretFile(path: string, warnings: string[]): Promise<string> {
  const text = await readFile(path, "utf8");
  const mode = (await stat(path)).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    warnings.push(`${path} can be read by others on this machine (mode ${mode.toString(8)}): chmod 600 it.`);
  }
  return text;
}
