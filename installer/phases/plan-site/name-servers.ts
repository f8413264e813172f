import { isIP } from "node:net";
import type { ServerFacts } from "#inventory/schema/facts.ts";
import type { Finding, Plan } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";
import { serviceGroup } from "#inventory/site-directory/ansible-inventory.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { compareText, finding } from "./findings.ts";

/** Names that installers give to machines nobody named. */
const ANONYMOUS = /^(?:localhost|debian|ubuntu|rocky|almalinux|redhat|linux|unassigned-hostname|none|grml|rescue)$/;
/** RFC 1035, 2.3.4. */
const LONGEST_LABEL = 63;
const INVENTORY_GROUPS: readonly string[] = ["all", "ungrouped", "storage", "cpu", "gpu", "service"];

/**
 * Every server under its node name, in the order of the names: the answers' `names`, else the name it was probed by, else
 * its own host name. One that nobody named, or that shares its name, is called by its address as well, with a warning;
 * but a node of the `applied` plan keeps its name, whoever else has that name. Servers the answers exclude are left out.
 */
export function nameServers(
  facts: readonly ServerFacts[],
  site: Site,
  services: readonly string[] = [],
  applied?: Plan,
): { readonly servers: NamedServer[]; readonly findings: Finding[] } {
  const reserved = new Set([...INVENTORY_GROUPS, ...services.map(serviceGroup)]);
  const wanted = facts.map((one) => ({ facts: one, given: givenName(one, site), own: ownName(one) }));
  const included = wanted.filter(
    ({ facts: one, given, own }) => !isExcluded([given ?? own, one.host, one.address], site),
  );
  const uses = new Map<string, number>();
  for (const { given, own } of included) uses.set(given ?? own, (uses.get(given ?? own) ?? 0) + 1);
  const findings: Finding[] = [];
  const servers = included.map(({ facts: one, given, own }) => {
    const name = given ?? own;
    const shared = (uses.get(name) ?? 0) > 1;
    const forbidden = reserved.has(name);
    if (given !== undefined) {
      if (shared || forbidden) findings.push(badGivenName(name, one.address, shared));
      return { name, facts: one };
    }
    const rightful = !shared || applied?.nodes.some((node) => node.name === name && node.address === one.address);
    if (name !== "" && !ANONYMOUS.test(name) && rightful === true && !forbidden) return { name, facts: one };
    const made = withAddress(name === "" || ANONYMOUS.test(name) ? "node" : name, one.address);
    findings.push(madeUp(made, name, one.address, shared));
    return { name: made, facts: one };
  });
  return {
    servers: servers.sort((a, b) => compareText(a.name, b.name) || compareText(a.facts.address, b.facts.address)),
    findings,
  };
}

/** A name and an address as one DNS label, of which the address is never cut. */
function withAddress(name: string, address: string): string {
  const suffix = `-${address.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`.replace(/-+$/, "");
  return `${name.slice(0, LONGEST_LABEL - suffix.length)}${suffix}`;
}

/** Whether any of a server's names is the one given in the answers. */
export function isCalled(server: NamedServer, name: string): boolean {
  const { facts } = server;
  return [server.name, facts.host, facts.address, facts.facts.identity.value?.hostname].includes(name);
}

function givenName(facts: ServerFacts, site: Site): string | undefined {
  return site.names?.[facts.address] ?? site.names?.[facts.host];
}

/** A DNS label from the name it was probed by, unless that is an address, else from its host name. Empty when there is none. */
function ownName(facts: ServerFacts): string {
  const name = isIP(facts.host) === 0 ? facts.host : (facts.facts.identity.value?.hostname ?? "");
  const label = name.split(".", 1)[0] ?? "";
  return label
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
}

function isExcluded(names: readonly string[], site: Site): boolean {
  return (site.exclude ?? []).some((one) => names.includes(one));
}

function madeUp(made: string, name: string, address: string, shared: boolean): Finding {
  const why = shared ? `several servers call themselves ${name}` : `"${name}" cannot be a node's name`;
  return finding(
    "warning",
    "PLAN_NAME_MADE_UP",
    `${address} becomes ${made}: ${name === "" ? "it has no host name" : why}.`,
    "Name it in site.yml under `names`, by its address.",
    [made],
  );
}

function badGivenName(name: string, address: string, shared: boolean): Finding {
  return finding(
    "refusal",
    "PLAN_NAME_INVALID",
    shared
      ? `Several servers are to be called ${name}, ${address} among them.`
      : `${address} cannot be called ${name}: that is a group.`,
    "Give every server a name of its own in site.yml under `names`.",
    [name],
  );
}
