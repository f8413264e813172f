import { readFile } from "node:fs/promises";
import { ControlPlaneConfiguration } from "#agent/protocol/configuration.ts";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { parseWith } from "#inventory/kernel/schema.ts";
import { Secret } from "#inventory/kernel/secret.ts";

/** The configuration file and the files it names. */
export interface LoadedConfiguration {
  readonly configuration: ControlPlaneConfiguration;
  readonly authorityCertificate: string;
  readonly authorityKey: Secret;
  readonly certificate: string;
  readonly key: Secret;
}

/** Reads the configuration. Throws `CONTROL_PLANE_CONFIGURATION_UNREADABLE` or `KERNEL_SCHEMA_MISMATCH`. */
export async function loadConfiguration(path: string): Promise<LoadedConfiguration> {
  const configuration = parseWith(ControlPlaneConfiguration, await readJson(path), path);
  const [authorityCertificate, authorityKey, certificate, key] = await Promise.all([
    read(configuration.authorityCertificateFile),
    read(configuration.authorityKeyFile),
    read(configuration.certificateFile),
    read(configuration.keyFile),
  ]);
  return {
    configuration,
    authorityCertificate,
    authorityKey: new Secret(authorityKey),
    certificate,
    key: new Secret(key),
  };
}

async function readJson(path: string): Promise<unknown> {
  const text = await read(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

async function read(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "CONTROL_PLANE_CONFIGURATION_UNREADABLE",
    kind: "environment",
    message: `${path} cannot be read: ${messageOf(cause)}`,
    hint: "bdap apply writes it anew; see that it is readable by the user of bdap-control-plane.service.",
    context: { path },
    cause,
  });
}
