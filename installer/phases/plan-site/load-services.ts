import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ApplianceError } from "#inventory/kernel/errors.ts";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { readDocument } from "#inventory/kernel/yaml-document.ts";
import { Service } from "#inventory/schema/service.ts";
import { compareText } from "./findings.ts";

/**
 * Every service of the package, by name: the roles under playbooks/roles that have a service.yml. Rejects with
 * `INSTALLER_SERVICE_INVALID` naming line and column.
 */
export async function loadServices(packageRoot: string): Promise<Service[]> {
  const folder = join(packageRoot, "playbooks", "roles");
  const services: Service[] = [];
  for (const role of await readdir(folder)) {
    const path = join(folder, role, "service.yml");
    const text = await readFileIfThere(path).catch(() => undefined);
    if (text !== undefined) services.push(parseService(text, path, role));
  }
  return services.sort((a, b) => compareText(a.name, b.name));
}

/** The service in the text of a service.yml that lies in the folder of `role`. */
export function parseService(text: string, source: string, role: string): Service {
  const hint = "Correct the file; inventory/schema/service.ts describes every key.";
  const service = readDocument(Service, text, { source, code: "INSTALLER_SERVICE_INVALID", hint });
  if (service.name === role) return service;
  throw new ApplianceError({
    code: "INSTALLER_SERVICE_INVALID",
    kind: "user",
    message: `${source}: the service is called ${service.name}, but its folder ${role}.`,
    hint: "Give both the same name.",
    context: { source },
  });
}
