import type { Finding, Plan, PlannedNode } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Site } from "#inventory/schema/site.ts";
import { counted, memorySize } from "../classify-servers/units.ts";
import { compareText, finding } from "./findings.ts";

export type PlacedService = Plan["services"][number];

/** A node that services can be put on. */
export interface Host {
  readonly node: Omit<PlannedNode, "services">;
  readonly memoryBytes: number;
  readonly adopted: boolean;
}

/** Which node carries which service. */
export interface Placement {
  /** In an order in which each comes after those it depends on. */
  readonly services: PlacedService[];
  readonly findings: Finding[];
}

/**
 * Places every service by its own rule: the answers' nodes where they name some, else nodes that carried it in `applied`, else
 * those with the fewest roles and services and the most memory. Services that vote get an odd number of nodes.
 */
export function placeServices(
  hosts: readonly Host[],
  services: readonly Service[],
  site: Site,
  applied?: Plan,
): Placement {
  const { ordered, findings } = inOrder(services);
  for (const name of Object.keys(site.services ?? {})) {
    if (services.some((service) => service.name === name)) continue;
    const known = services.map((service) => service.name).join(", ");
    findings.push(
      finding(
        "refusal",
        "PLAN_SERVICE_UNKNOWN",
        `site.yml places ${name}, but there is no such service.`,
        `Known services: ${known}.`,
      ),
    );
  }
  const load = new Map<string, number>();
  const placed = ordered.map((service) => {
    const one = place(service, hosts, site, applied, load);
    findings.push(...one.findings);
    for (const node of one.placed.nodes) load.set(node, (load.get(node) ?? 0) + 1);
    return one.placed;
  });
  return { services: placed, findings };
}

function place(
  service: Service,
  hosts: readonly Host[],
  site: Site,
  applied: Plan | undefined,
  load: ReadonlyMap<string, number>,
): { readonly placed: PlacedService; readonly findings: Finding[] } {
  const { role, count, minimum = 1 } = service.placement;
  const suitable = hosts.filter(({ node }) => role === "all" || node.roles.includes(role));
  const chosen = site.services?.[service.name]?.nodes;
  if (chosen !== undefined) return asChosen(service, chosen, hosts, suitable);
  const before = applied?.services.find((one) => one.name === service.name)?.nodes ?? [];
  const rankedFor = (kept: readonly string[]) =>
    suitable.toSorted((a, b) => rank(a, kept, load) - rank(b, kept, load) || byRoom(a, b));
  const ranked = rankedFor(before);
  const size = count === "all" ? ranked.length : votingSize(service, Math.min(count, ranked.length));
  const nodes = ranked.slice(0, size).map(({ node }) => node.name);
  const findings = sizeFindings(service, nodes, minimum);
  // Said only where it decides: a plan that changes nothing is the same plan.
  const others = rankedFor([]).slice(0, size);
  const stays = nodes.every((node) => before.includes(node)) && others.some(({ node }) => !nodes.includes(node.name));
  return { placed: placedService(service, nodes, explain(service, ranked, nodes, stays)), findings };
}

function asChosen(service: Service, chosen: readonly string[], hosts: readonly Host[], suitable: readonly Host[]) {
  const findings: Finding[] = [];
  const known = chosen.filter((name) => hosts.some(({ node }) => node.name === name));
  for (const name of chosen) {
    if (known.includes(name)) continue;
    findings.push(
      finding(
        "refusal",
        "PLAN_SERVER_UNKNOWN",
        `site.yml places ${service.name} on ${name}, which is not a node of the site.`,
        "Correct the name; bdap plan lists the nodes.",
      ),
    );
  }
  const strangers = known.filter((name) => !suitable.some(({ node }) => node.name === name));
  if (strangers.length > 0) {
    findings.push(
      finding(
        "warning",
        "PLAN_SERVICE_OFF_ROLE",
        `${service.name} is made for ${service.placement.role} nodes; ${strangers.join(", ")} ${strangers.length === 1 ? "is none" : "are none"}.`,
        "Leave it so if it is meant.",
        strangers,
      ),
    );
  }
  const nodes = [...new Set(known)];
  if (service.quorum === "majority" && nodes.length % 2 === 0) {
    findings.push(
      finding(
        "refusal",
        "PLAN_QUORUM_EVEN",
        `${service.name} votes, so it needs an odd number of nodes; site.yml names ${nodes.length}.`,
        "Name one more or one fewer.",
        nodes,
      ),
    );
  }
  findings.push(...sizeFindings(service, nodes, service.placement.minimum ?? 1, nodes.length));
  return { placed: placedService(service, nodes, "chosen in site.yml"), findings };
}

function sizeFindings(service: Service, nodes: readonly string[], minimum: number, wanted?: number): Finding[] {
  const { role, count } = service.placement;
  if (nodes.length < minimum) {
    const kind = role === "all" ? "node" : `${role} node`;
    return [
      finding(
        "refusal",
        "PLAN_TOO_FEW_HOSTS",
        `${service.name} needs ${counted(minimum, kind)}; there ${nodes.length === 1 ? "is" : "are"} ${nodes.length}.`,
        `Add servers, or give one the role by an override in site.yml.`,
        nodes,
      ),
    ];
  }
  const full = wanted ?? (count === "all" ? nodes.length : count);
  if (nodes.length >= full) return [];
  return [
    finding(
      "warning",
      "PLAN_QUORUM_REDUCED",
      `${service.name} would run on ${counted(full, "node")}, but gets ${nodes.length}: it survives the loss of ${Math.floor((nodes.length - 1) / 2)}.`,
      "Add servers with the role for more.",
      nodes,
    ),
  ];
}

function placedService(service: Service, nodes: readonly string[], why: string): PlacedService {
  const quorum = service.quorum === "majority" && nodes.length > 0 ? Math.floor(nodes.length / 2) + 1 : null;
  return { name: service.name, nodes: [...nodes].sort(compareText), quorum, why };
}

/** Voters in even numbers survive no more losses than one fewer. */
function votingSize(service: Service, size: number): number {
  return service.quorum === "majority" && size > 0 && size % 2 === 0 ? size - 1 : size;
}

function rank(host: Host, before: readonly string[], load: ReadonlyMap<string, number>): number {
  const stays = before.includes(host.node.name) ? 0 : 1000;
  return stays + (host.adopted ? 100 : 0) + host.node.roles.length * 10 + (load.get(host.node.name) ?? 0);
}

function byRoom(a: Host, b: Host): number {
  return b.memoryBytes - a.memoryBytes || compareText(a.node.name, b.node.name);
}

function explain(service: Service, ranked: readonly Host[], nodes: readonly string[], stays: boolean): string {
  const { role, count } = service.placement;
  const kind = role === "all" ? "node" : `${role} node`;
  if (ranked.length === 0) return `there is no ${kind}`;
  if (count === "all") return `on every ${kind}`;
  if (stays) return "stays where it is";
  if (nodes.length === ranked.length)
    return ranked.length === 1 ? `the only ${kind}` : `all ${counted(ranked.length, kind)}`;
  return `of ${counted(ranked.length, kind)}, least else to do and most memory (${memorySize(ranked[0]?.memoryBytes ?? 0)})`;
}

/** Services after those they depend on, by name otherwise. */
function inOrder(services: readonly Service[]): { readonly ordered: Service[]; readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const ordered: Service[] = [];
  let waiting = services.toSorted((a, b) => compareText(a.name, b.name));
  for (const service of waiting) {
    for (const name of service.dependsOn) {
      if (services.some((one) => one.name === name)) continue;
      findings.push(
        finding(
          "refusal",
          "PLAN_SERVICE_UNKNOWN",
          `${service.name} depends on ${name}, but there is no such service.`,
          `Correct dependsOn in the service.yml of ${service.name}.`,
        ),
      );
    }
  }
  while (waiting.length > 0) {
    const isWaitedFor = (name: string) => waiting.some((one) => one.name === name);
    const ready = waiting.filter(
      (service) => !service.dependsOn.some((name) => name !== service.name && isWaitedFor(name)),
    );
    if (ready.length === 0) {
      const names = waiting.map((service) => service.name).join(", ");
      findings.push(
        finding(
          "refusal",
          "PLAN_SERVICE_CYCLE",
          `These services wait for each other: ${names}.`,
          "Correct dependsOn in their service.yml.",
        ),
      );
      return { ordered: [...ordered, ...waiting], findings };
    }
    ordered.push(...ready);
    waiting = waiting.filter((service) => !ready.includes(service));
  }
  return { ordered, findings };
}
