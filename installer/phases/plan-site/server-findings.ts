import type { Finding } from "#inventory/schema/plan.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { compareServers } from "../compare-servers/compare-servers.ts";
import { finding } from "./findings.ts";

/** Systems the roles are written for, as id and major release of os-release. */
const SUPPORTED: readonly string[] = ["debian 12", "debian 13"];
const ARCHITECTURE = "x86_64";

/** What stands in the way on each server and between servers, from their facts alone. */
export function serverFindings(servers: readonly NamedServer[]): Finding[] {
  const compared = compareServers(servers.map(({ name, facts }) => ({ ...facts, host: name })));
  // Nodes have names of their own by now.
  const between = compared.filter((one) => one.code !== "PROBE_DUPLICATE_HOSTNAME");
  return [...servers.flatMap(systemFindings), ...between];
}

/** Operating system as plans name it: `debian 13`. */
export function systemOf({ facts }: NamedServer): string {
  const system = facts.facts["operating-system"].value;
  if (system === null || system.id === null) return "unknown";
  return system.versionId === null ? system.id : `${system.id} ${system.versionId}`;
}

function systemFindings(server: NamedServer): Finding[] {
  const findings: Finding[] = [];
  const { name, facts } = server;
  const system = facts.facts["operating-system"].value;
  const refuse = (message: string) =>
    findings.push(
      finding(
        "refusal",
        "PLAN_OS_UNSUPPORTED",
        message,
        "Install Debian 13 on it, or put it under `exclude` in site.yml.",
        [name],
      ),
    );
  const [id = "", release = ""] = systemOf(server).split(" ");
  if (!SUPPORTED.includes(`${id} ${release.split(".")[0]}`)) {
    refuse(`${name} runs ${system?.name ?? systemOf(server)}; supported are ${SUPPORTED.join(" and ")}.`);
  } else if (system?.architecture !== null && system?.architecture !== ARCHITECTURE) {
    refuse(`${name} is a ${system?.architecture} machine; supported is ${ARCHITECTURE}.`);
  } else if (system?.initSystem !== null && system?.initSystem !== "systemd") {
    refuse(`${name} is run by ${system?.initSystem}, not by systemd.`);
  }
  if (!facts.privileged) {
    findings.push(
      finding(
        "warning",
        "PLAN_PROBED_WITHOUT_ROOT",
        `${name} was read without root, so much of it is not known.`,
        "Log in as root or with sudo, and run bdap probe again.",
        [name],
      ),
    );
  }
  return findings;
}
