import { CONTROL_PLANE_PORT } from "#agent/protocol/messages.ts";
import { ControlPlaneClient } from "#control-plane/client/client.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { accessErrors } from "./errors.ts";

const SERVICE = "control-plane";

/**
 * A client of the site's control plane, as the operator whose certificate lies in the vault. Where it is, `plan` says: the
 * applied one unless given, else the one to apply. Close it after use. Rejects with `INSTALLER_NO_CONTROL_PLANE` before the
 * first apply, and as the vault does; whether the control plane answers, its methods tell.
 */
export async function openControlPlane(site: SiteDirectory, plan?: Plan): Promise<ControlPlaneClient> {
  const known = plan ?? (await site.readApplied()) ?? (await site.readPlan());
  const [name] = known?.services.find((service) => service.name === SERVICE)?.nodes ?? [];
  const node = known?.nodes.find((one) => one.name === name);
  if (known === undefined || node === undefined) throw accessErrors.noControlPlane("no plan says where it is");
  const secrets = await site.vault.read();
  const secret = (entry: string): Secret => {
    const found = secrets.get(entry);
    if (found === undefined) throw accessErrors.noControlPlane(`the vault has no ${entry}`);
    return found;
  };
  return new ControlPlaneClient({
    host: `${node.name}.${known.domain}`,
    address: node.address,
    port: CONTROL_PLANE_PORT,
    authority: secret("authority_certificate").reveal(),
    certificate: secret("operator_certificate").reveal(),
    key: secret("operator_key"),
  });
}
