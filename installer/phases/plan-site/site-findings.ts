import type { Finding, PlannedDisk, Verdict } from "#inventory/schema/plan.ts";
import { Role, type Site } from "#inventory/schema/site.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { counted } from "../classify-servers/units.ts";
import { finding } from "./findings.ts";
import { isCalled } from "./name-servers.ts";

const ROLES: readonly string[] = Role.anyOf.map((role) => role.const);
const UNSURE = 0.5;

/** What the answers ask for that the servers do not give, and what a person should know of the verdicts. */
export function siteFindings(
  servers: readonly NamedServer[],
  excluded: readonly string[],
  verdicts: readonly Verdict[],
  site: Site,
): Finding[] {
  return [
    ...unreadFindings(servers, excluded, site),
    ...unknownServerFindings(servers, excluded, site),
    ...roleFindings(verdicts, site),
    ...verdicts.flatMap(verdictFindings),
  ];
}

/** Every copy of a byte lies on another node. */
export function copyFindings(disks: readonly PlannedDisk[], replicas: number): Finding[] {
  const hosts = [...new Set(disks.map((disk) => disk.host))];
  if (hosts.length === 0 || hosts.length >= replicas) return [];
  return [
    finding(
      "refusal",
      "PLAN_TOO_FEW_HOSTS",
      `${replicas} copies of every byte need ${replicas} storage nodes with disks; there ${hosts.length === 1 ? "is" : "are"} ${hosts.length}.`,
      "Add storage servers, or set storage.replicas in site.yml to fewer.",
      hosts,
    ),
  ];
}

function unreadFindings(servers: readonly NamedServer[], excluded: readonly string[], site: Site): Finding[] {
  if (servers.length === 0) {
    return [finding("refusal", "PLAN_HOST_NOT_PROBED", "No server has been read yet.", "Run bdap probe.")];
  }
  const listed = Array.isArray(site.servers) ? site.servers.filter((one) => !/[[\]/,]/.test(one)) : [];
  const wanted = [...listed, ...Object.keys(site.names ?? {})];
  const missing = [...new Set(wanted)].filter(
    (name) => !excluded.includes(name) && !servers.some((server) => isCalled(server, name)),
  );
  return missing.map((name) =>
    finding(
      "warning",
      "PLAN_HOST_NOT_PROBED",
      `${name} is in site.yml, but was never read: it is not part of this plan.`,
      "Run bdap probe, or put it under `exclude`.",
      [name],
    ),
  );
}

function unknownServerFindings(servers: readonly NamedServer[], excluded: readonly string[], site: Site): Finding[] {
  const known = (name: string) => servers.some((server) => isCalled(server, name));
  const overrides = (site.overrides ?? []).filter((one) => !known(one.server) && !excluded.includes(one.server));
  const hint = "Correct the name; bdap plan lists the servers.";
  return overrides.map((one) =>
    finding(
      "refusal",
      "PLAN_SERVER_UNKNOWN",
      `${one.by}'s override names ${one.server}, which is no server of the site.`,
      hint,
    ),
  );
}

function roleFindings(verdicts: readonly Verdict[], site: Site): Finding[] {
  const findings: Finding[] = [];
  const count = (role: string) => verdicts.filter((one) => one.roles.some((has) => has === role)).length;
  for (const [role, least] of Object.entries(site.minimum ?? {})) {
    if (!ROLES.includes(role)) {
      findings.push(
        finding(
          "refusal",
          "PLAN_ROLE_UNKNOWN",
          `\`minimum\` in site.yml names the role ${role}; roles are ${ROLES.join(", ")}.`,
          "Correct the role.",
        ),
      );
    } else if (count(role) < least) {
      findings.push(
        finding(
          "refusal",
          "PLAN_TOO_FEW_HOSTS",
          `The site is to have ${counted(least, `${role} node`)}; it gets ${count(role)}.`,
          "Add servers, override a verdict, or lower `minimum` in site.yml.",
        ),
      );
    }
  }
  return findings;
}

function verdictFindings(verdict: Verdict): Finding[] {
  const findings: Finding[] = [];
  const { server, override } = verdict;
  if (verdict.roles.length === 0 && override === null) {
    findings.push(
      finding(
        "warning",
        "PLAN_NO_ROLE",
        `No rule says what ${server} should become: it is left out.`,
        "Give it roles by an override in site.yml.",
        [server],
      ),
    );
  } else if (override === null && verdict.confidence < UNSURE) {
    findings.push(
      finding(
        "warning",
        "PLAN_VERDICT_UNSURE",
        `${server} becomes ${verdict.roles.join(", ")}, but that is not sure (${Math.round(verdict.confidence * 100)} %).`,
        "Look at its reasons; confirm or change it by an override in site.yml.",
        [server],
      ),
    );
  }
  if (verdict.adopted && verdict.roles.length > 0) {
    const reasons = verdict.reasons.map((reason) => reason.words).join("; ");
    findings.push(
      finding(
        "warning",
        "PLAN_ADOPTED",
        `${server} already runs something and is adopted: nothing on its disks is touched (${reasons}).`,
        "Its firewall becomes the site's, with the ports open that it serves now; check that nothing else has to reach it, or put it under `exclude`.",
        [server],
      ),
    );
  }
  return findings;
}
