import { type Static, Type } from "typebox";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { parseWith } from "#inventory/kernel/schema.ts";
import { type Finding, Finding as FindingSchema } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { finding } from "./findings.ts";
import { isCalled } from "./name-servers.ts";

/** What a plan needs of `comparison.json`, which a probe writes. */
export const LastProbe = Type.Object({
  servers: Type.Array(
    Type.Object({
      status: Type.String(),
      host: Type.String(),
      address: Type.String(),
      error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String(), hint: Type.String() })),
    }),
  ),
  findings: Type.Array(FindingSchema),
});
export type LastProbe = Static<typeof LastProbe>;

/** The site's last probe; one that found nothing when there was none. Rejects with `KERNEL_SCHEMA_MISMATCH`. */
export async function readLastProbe(site: SiteDirectory): Promise<LastProbe> {
  const text = await readFileIfThere(site.paths.comparison);
  if (text === undefined) return { servers: [], findings: [] };
  return parseWith(LastProbe, JSON.parse(text), site.paths.comparison);
}

/** Servers the probe could not read, and what only it could see: who reaches whom. The rest is told anew from the facts. */
export function lastProbeFindings(probe: LastProbe, servers: readonly NamedServer[], site: Site): Finding[] {
  const nodeOf = (name: string) => servers.find((server) => isCalled(server, name))?.name;
  const failed = probe.servers.flatMap(({ host, address, error }) => {
    if (error === undefined || [host, address].some((name) => site.exclude?.includes(name) === true)) return [];
    const known = nodeOf(host) ?? nodeOf(address);
    const state = known === undefined ? "it is not part of this plan" : "the plan goes by what was read before";
    const message = `${host} could not be read by the last probe, so ${state}: ${error.message}`;
    return finding("warning", "PLAN_HOST_NOT_PROBED", message, error.hint, [known ?? host]);
  });
  const reachability = probe.findings.filter(
    (one) =>
      /^PROBE_(?:UNREACHABLE|REACHABILITY)/.test(one.code) && one.hosts.some((host) => nodeOf(host) !== undefined),
  );
  return [
    ...failed,
    ...reachability.map((one) => ({ ...one, hosts: one.hosts.map((host) => nodeOf(host) ?? host).sort() })),
  ];
}
