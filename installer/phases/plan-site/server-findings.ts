import ipaddr from "ipaddr.js";
import type { NetworkInterface } from "#inventory/schema/facts.ts";
import type { Finding } from "#inventory/schema/plan.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { compareText, finding } from "./findings.ts";

/** Systems the roles are written for, as id and major release of os-release. */
const SUPPORTED: readonly string[] = ["debian 12", "debian 13"];
const ARCHITECTURE = "x86_64";
/** Time synchronisation mends less without anyone noticing. */
const SKEW_WORTH_TELLING = 1_000;
/** Certificates are valid from five minutes before they are made. */
const SKEW_BREAKS_CERTIFICATES = 300_000;

/** What stands in the way on each server and between servers, from their facts alone. */
export function serverFindings(servers: readonly NamedServer[]): Finding[] {
  return [
    ...servers.flatMap(systemFindings),
    ...skewFindings(servers),
    ...mtuFindings(servers),
    ...duplicateFindings(servers),
  ];
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

function skewFindings(servers: readonly NamedServer[]): Finding[] {
  return servers.flatMap(({ name, facts }) => {
    const offset = facts.facts.time.value?.offsetMilliseconds ?? null;
    if (offset === null || Math.abs(offset) < SKEW_WORTH_TELLING) return [];
    const words = `${name}'s clock is ${(Math.abs(offset) / 1000).toFixed(1)} s ${offset > 0 ? "ahead of" : "behind"} this machine's.`;
    if (Math.abs(offset) < SKEW_BREAKS_CERTIFICATES) {
      return [
        finding("warning", "PLAN_CLOCK_SKEW", words, "Time synchronisation, part of the baseline, will correct it.", [
          name,
        ]),
      ];
    }
    return [
      finding(
        "refusal",
        "PLAN_CLOCK_SKEW",
        `${words} Certificates would not be valid there.`,
        `Set the clock of ${name} (and of this machine), then run bdap probe again.`,
        [name],
      ),
    ];
  });
}

/** MTUs that differ within one subnet, judged by the interfaces the servers were reached at. */
function mtuFindings(servers: readonly NamedServer[]): Finding[] {
  const subnets = new Map<string, Map<number, string[]>>();
  for (const { name, facts } of servers) {
    const found = reachedInterface(facts.facts.network.value?.interfaces ?? [], facts.address);
    if (found === undefined || found.mtu === null) continue;
    const mtus = subnets.get(found.subnet) ?? new Map<number, string[]>();
    subnets.set(found.subnet, mtus.set(found.mtu, [...(mtus.get(found.mtu) ?? []), name]));
  }
  return [...subnets].flatMap(([subnet, mtus]) => {
    if (mtus.size < 2) return [];
    const groups = [...mtus]
      .sort(([a], [b]) => a - b)
      .map(([mtu, names]) => `${mtu} on ${names.toSorted(compareText).join(", ")}`);
    return [
      finding(
        "warning",
        "PLAN_MTU_MISMATCH",
        `In ${subnet} the MTU differs: ${groups.join("; ")}. Large packets may be lost.`,
        "Set the same MTU on all of them and on the switch.",
        [...mtus.values()].flat(),
      ),
    ];
  });
}

function reachedInterface(interfaces: readonly NetworkInterface[], address: string) {
  for (const one of interfaces) {
    const cidr = one.addresses.find((candidate) => candidate.split("/")[0] === address);
    if (cidr === undefined || !ipaddr.isValidCIDR(cidr)) continue;
    const [network, bits] = ipaddr.parseCIDR(cidr);
    const base =
      network.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
    return { mtu: one.mtu, subnet: `${base}/${bits}` };
  }
  return undefined;
}

/** Identities that more than one server claims. Containers share their machine's DMI, so only its own ids count there. */
function duplicateFindings(servers: readonly NamedServer[]): Finding[] {
  const findings: Finding[] = [];
  for (const [machineId, same] of sharing(servers, ({ facts }) => [facts.facts.identity.value?.machineId])) {
    const boots = new Set(same.map(({ facts }) => facts.facts.identity.value?.bootId));
    const names = same.map((server) => server.name);
    const addresses = same.map(({ facts }) => facts.address).join(" and ");
    findings.push(
      boots.size === 1 && !boots.has(null)
        ? finding(
            "refusal",
            "PLAN_DUPLICATE_ID",
            `${addresses} are one and the same server (machine id ${machineId}).`,
            "Put all but one of its addresses under `exclude` in site.yml.",
            names,
          )
        : finding(
            "refusal",
            "PLAN_DUPLICATE_ID",
            `${names.join(", ")} have the same machine id ${machineId}: they were copied from one image.`,
            "On all but one: rm /etc/machine-id && systemd-machine-id-setup, reboot, then bdap probe again.",
            names,
          ),
    );
  }
  const own = servers.filter((server) => !isContainer(server));
  for (const [serial, same] of sharing(own, ({ facts }) => [facts.facts.identity.value?.serial])) {
    findings.push(duplicateWarning("serial number", serial, same));
  }
  for (const [uuid, same] of sharing(own, ({ facts }) => [facts.facts.identity.value?.uuid])) {
    findings.push(duplicateWarning("system UUID", uuid, same));
  }
  const macs = ({ facts }: NamedServer) =>
    (facts.facts.network.value?.interfaces ?? []).filter((one) => one.kind === "physical").map((one) => one.mac);
  for (const [mac, same] of sharing(servers, macs)) findings.push(duplicateWarning("MAC address", mac, same));
  return findings;
}

function duplicateWarning(what: string, value: string, same: readonly NamedServer[]): Finding {
  const names = same.map((server) => server.name);
  return finding(
    "warning",
    "PLAN_DUPLICATE_ID",
    `${names.join(", ")} have the same ${what} ${value}.`,
    "Make sure they are different machines; correct it in their firmware if they are.",
    names,
  );
}

function isContainer({ facts }: NamedServer): boolean {
  const kind = facts.facts["operating-system"].value?.virtualisation ?? "none";
  return /^(?:systemd-nspawn|lxc|lxc-libvirt|docker|podman|container|openvz|wsl)/.test(kind);
}

/** Values that several servers have, each server counted once, in order of the values. */
function sharing(
  servers: readonly NamedServer[],
  read: (server: NamedServer) => readonly (string | null | undefined)[],
): [string, NamedServer[]][] {
  const byValue = new Map<string, NamedServer[]>();
  for (const server of servers) {
    for (const value of new Set(read(server))) {
      if (value === null || value === undefined || value === "") continue;
      byValue.set(value, [...(byValue.get(value) ?? []), server]);
    }
  }
  return [...byValue].filter(([, same]) => same.length > 1).sort(([a], [b]) => compareText(a, b));
}
