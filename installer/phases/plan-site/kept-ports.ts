import type { Finding, KeptPort, Plan } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { compareText, finding } from "./findings.ts";

export interface PortOwner {
  readonly server: NamedServer;
  readonly adopted: boolean;
  /** Services the plan puts on it. */
  readonly services: readonly Service[];
}

/** Clients of DHCP wait here; their answers are let in by other means. */
const CLIENT_PORTS = ["udp 68", "udp 546"];
/** From here on Linux numbers outgoing sockets, which look like listening ones when they are UDP (ip_local_port_range). */
const FIRST_EPHEMERAL = 32_768;
const NAMED = 8;

/**
 * The ports on which programs of the server's own listen for others, SSH and what the site's services open aside. On an adopted
 * server the firewall leaves them open, and those of the plan applied before with them: what stands still for a moment shall
 * not be cut off. Undefined on a server that is not adopted and never was.
 */
export function keptPorts(owner: PortOwner, applied: Plan | undefined): KeptPort[] | undefined {
  const before = applied?.nodes.find((node) => node.address === owner.server.facts.address)?.keptPorts;
  if (!owner.adopted && before === undefined) return undefined;
  const known = new Map<string, KeptPort>();
  for (const port of [...(before ?? []), ...foreignPorts(owner)]) known.set(`${port.protocol} ${port.port}`, port);
  return [...known.values()].sort((a, b) => compareText(a.protocol, b.protocol) || a.port - b.port);
}

/** What the firewall will do to what listens already. */
export function portFindings(owner: PortOwner, kept: readonly KeptPort[] | undefined): Finding[] {
  const { name, facts } = owner.server;
  if (facts.facts.listening.value === null) {
    if (kept === undefined) return [];
    return [
      finding(
        "warning",
        "PLAN_PORTS_UNKNOWN",
        `Which ports ${name} serves is not known, so the firewall leaves only ${named(kept) || "SSH"} open on it.`,
        "Install iproute2 on it and run bdap probe again, or put it under `exclude`.",
        [name],
      ),
    ];
  }
  if (kept !== undefined && kept.length > 0) {
    return [
      finding(
        "note",
        "PLAN_PORTS_KEPT",
        `${name} keeps the ports open that its programs listen on: ${named(kept)}.`,
        "Stop programs that should not be reachable, then run bdap probe and bdap plan again before the first apply.",
        [name],
      ),
    ];
  }
  const closed = kept === undefined ? foreignPorts(owner) : [];
  if (closed.length === 0) return [];
  return [
    finding(
      "warning",
      "PLAN_PORTS_CLOSED",
      `${name} listens on ports that the firewall will close: ${named(closed)}.`,
      "If others still need them, put the server under `exclude`; else nothing is to be done.",
      [name],
    ),
  ];
}

function foreignPorts({ server, services }: PortOwner): KeptPort[] {
  const { facts } = server;
  const own = new Set([...CLIENT_PORTS, `tcp ${facts.port}`]);
  for (const { ports } of services) for (const { protocol, port } of ports) own.add(`${protocol} ${port}`);
  const found = new Map<string, KeptPort>();
  for (const { protocol, port, address, process } of facts.facts.listening.value?.ports ?? []) {
    const key = `${protocol} ${port}`;
    const outgoing = protocol === "udp" && port >= FIRST_EPHEMERAL;
    if (own.has(key) || outgoing || isLoopback(address) || found.has(key)) continue;
    found.set(key, { protocol, port, program: programName(process) });
  }
  return [...found.values()];
}

function isLoopback(address: string): boolean {
  return /^(?:127\.|::1(?:%|$)|::ffff:127\.|[^%]*%lo$)/.test(address);
}

/** A program names itself as it likes; what goes into a firewall's comments and a terminal is a plain word. */
function programName(process: string | null): string {
  const word = (process ?? "").replaceAll(/[^A-Za-z0-9._+-]/g, "").slice(0, 32);
  return word === "" ? "unknown program" : word;
}

function named(ports: readonly KeptPort[]): string {
  const words = ports.slice(0, NAMED).map(({ protocol, port, program }) => `${protocol} ${port} (${program})`);
  const rest = ports.length - words.length;
  return words.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
