import ipaddr from "ipaddr.js";
import type { Finding } from "#inventory/schema/plan.ts";
import { compareText, finding, orderFindings } from "../plan-site/findings.ts";
import { type ComparedServer, isContainer } from "./compared-server.ts";

/** Milliseconds: what time synchronisation mends unnoticed, and what makes fresh certificates invalid. */
const SKEW_WORTH_TELLING = 1_000;
const SKEW_BREAKS_CERTIFICATES = 300_000;

/** What does not fit together between servers, from their facts alone: clocks, identities, MTUs; the gravest first. */
export function compareServers(servers: readonly ComparedServer[]): Finding[] {
  return orderFindings([...clockFindings(servers), ...identityFindings(servers), ...mtuFindings(servers)]);
}

/** Clocks are compared with the servers' median: one server that is off is told from a prober that is. */
function clockFindings(servers: readonly ComparedServer[]): Finding[] {
  const known = servers.flatMap(({ host, facts }) => {
    const offset = facts.time.value?.offsetMilliseconds ?? null;
    return offset === null ? [] : [{ host, offset }];
  });
  const median = known.map((one) => one.offset).sort((a, b) => a - b)[Math.floor((known.length - 1) / 2)] ?? 0;
  const findings = known.flatMap(({ host, offset }) => {
    const skew = offset - median;
    if (known.length < 2 || Math.abs(skew) < SKEW_WORTH_TELLING) return [];
    const grave = Math.abs(skew) >= SKEW_BREAKS_CERTIFICATES;
    return finding(
      grave ? "refusal" : "warning",
      "PROBE_CLOCK_SKEW",
      `The clock of ${host} is ${seconds(skew)} ${skew > 0 ? "ahead of" : "behind"} the other servers'.`,
      grave
        ? `Set the clock of ${host}, then probe again: certificates made elsewhere are not valid there.`
        : "Time synchronisation, part of the baseline, will correct it.",
      [host],
    );
  });
  if (known.length === 0 || Math.abs(median) < SKEW_WORTH_TELLING) return findings;
  const ahead = median > 0 ? "behind" : "ahead of";
  return [
    ...findings,
    finding(
      "warning",
      "PROBE_OWN_CLOCK_SKEW",
      `This machine's clock is ${seconds(median)} ${ahead} ${known.length === 1 ? "the server's" : "most servers'"}.`,
      "Synchronise this machine's clock: certificates made on it carry its time.",
    ),
  ];
}

function seconds(milliseconds: number): string {
  return `${(Math.abs(milliseconds) / 1000).toFixed(1)} s`;
}

interface IdentityKind {
  readonly code: string;
  readonly words: string;
  readonly severity: "refusal" | "warning";
  readonly hint: string;
  readonly values: (server: ComparedServer) => readonly (string | null | undefined)[];
}

const IDENTITIES: readonly IdentityKind[] = [
  {
    code: "PROBE_DUPLICATE_MACHINE_ID",
    words: "machine id",
    severity: "refusal",
    hint: "They were copied from one image. On all but one: rm /etc/machine-id && systemd-machine-id-setup, then reboot.",
    values: ({ facts }) => [facts.identity.value?.machineId],
  },
  {
    code: "PROBE_DUPLICATE_HOSTNAME",
    words: "host name",
    severity: "warning",
    hint: "Give each its own name under `names` in site.yml.",
    values: ({ facts }) => [facts.identity.value?.hostname?.toLowerCase()],
  },
  {
    code: "PROBE_DUPLICATE_SERIAL",
    words: "serial number",
    severity: "warning",
    hint: "Compare with the labels on the machines: the firmware of one may have been given another's identity.",
    values: (server) => (isContainer(server) ? [] : [server.facts.identity.value?.serial]),
  },
  {
    code: "PROBE_DUPLICATE_UUID",
    words: "system UUID",
    severity: "warning",
    hint: "Compare with the management controllers: the firmware of one may have been given another's identity.",
    values: (server) => (isContainer(server) ? [] : [server.facts.identity.value?.uuid]),
  },
  {
    code: "PROBE_DUPLICATE_MAC",
    words: "MAC address",
    severity: "refusal",
    hint: "Two interfaces with one address disturb each other's traffic: give one of them its own.",
    values: ({ facts }) =>
      (facts.network.value?.interfaces ?? [])
        .filter((one) => (one.kind === "physical" || one.kind === "veth") && one.mac !== "00:00:00:00:00:00")
        .map((one) => one.mac),
  },
];

/** Identities that several servers claim. One server reached at two addresses is one finding, not five. */
function identityFindings(servers: readonly ComparedServer[]): Finding[] {
  const boots = sharing(servers, ({ facts }) => [facts.identity.value?.bootId]).filter(([, same]) => {
    const [first, ...others] = same.map(({ facts }) => facts.identity.value?.machineId ?? null);
    return first !== null && others.every((id) => id === first);
  });
  const twins = boots.map(([, same]) =>
    finding(
      "refusal",
      "PROBE_SAME_SERVER",
      `${same
        .map((one) => one.address)
        .sort(compareText)
        .join(" and ")} are one and the same server.`,
      "Put all but one of its addresses under `exclude` in site.yml.",
      same.map((one) => one.host),
    ),
  );
  const repeated = new Set(boots.flatMap(([, same]) => same.slice(1)));
  const distinct = servers.filter((server) => !repeated.has(server));
  const clashes = IDENTITIES.flatMap(({ code, words, severity, hint, values }) =>
    sharing(distinct, values).map(([value, same]) => {
      const hosts = same.map((one) => one.host).sort(compareText);
      return finding(severity, code, `${hosts.join(", ")} have the same ${words} ${value}.`, hint, hosts);
    }),
  );
  return [...twins, ...clashes];
}

/** Values that more than one server has, with the servers that have them. */
function sharing(
  servers: readonly ComparedServer[],
  values: (server: ComparedServer) => readonly (string | null | undefined)[],
): [string, ComparedServer[]][] {
  const owners = new Map<string, ComparedServer[]>();
  for (const server of servers) {
    for (const value of new Set(values(server))) {
      if (value === null || value === undefined || value === "") continue;
      const same = owners.get(value);
      if (same === undefined) owners.set(value, [server]);
      else same.push(server);
    }
  }
  return [...owners].filter(([, same]) => same.length > 1);
}

/** MTUs that differ within one subnet, over all interfaces that have an address in it. */
function mtuFindings(servers: readonly ComparedServer[]): Finding[] {
  const subnets = new Map<string, Map<number, Set<string>>>();
  for (const { host, facts } of servers) {
    for (const one of facts.network.value?.interfaces ?? []) {
      if (one.mtu === null || one.kind === "loopback") continue;
      for (const subnet of one.addresses.flatMap(subnetOf)) {
        const mtus = subnets.get(subnet) ?? new Map<number, Set<string>>();
        subnets.set(subnet, mtus.set(one.mtu, (mtus.get(one.mtu) ?? new Set()).add(host)));
      }
    }
  }
  return [...subnets].flatMap(([subnet, mtus]) => {
    const hosts = [...mtus.values()].flatMap((names) => [...names]);
    if (mtus.size < 2 || new Set(hosts).size < 2) return [];
    const groups = [...mtus]
      .sort(([a], [b]) => a - b)
      .map(([mtu, names]) => `${mtu} on ${[...names].sort(compareText).join(", ")}`);
    return finding(
      "warning",
      "PROBE_MTU_MISMATCH",
      `In ${subnet} the MTU differs: ${groups.join("; ")}. Large packets get lost there.`,
      "Set the same MTU on all of them and on the switch.",
      hosts,
    );
  });
}

/** The subnet of an address in CIDR notation; none for single addresses, link-local ones and what is no address. */
function subnetOf(cidr: string): string[] {
  if (!ipaddr.isValidCIDR(cidr)) return [];
  const [address, bits] = ipaddr.parseCIDR(cidr);
  const single = bits === (address.kind() === "ipv4" ? 32 : 128);
  if (single || address.range() === "linkLocal" || address.range() === "loopback") return [];
  const base =
    address.kind() === "ipv4" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return [`${base}/${bits}`];
}
