import type { NetworkInterface } from "#inventory/schema/facts.ts";
import { elements, field, textOf } from "../printed.ts";

type Neighbour = NonNullable<NetworkInterface["neighbour"]>;

/**
 * Neighbours by interface in `lldpctl -f json`: {"lldp": {"interface": [{"eth0": {"chassis": {NAME: {…}}, "port":
 * {"id": {"value"}, "descr"}}}]}}. A single interface stands without the list; a nameless chassis has its id directly.
 */
export function neighboursOf(document: unknown): Map<string, Neighbour> {
  const list = field(document, "lldp", "interface");
  const entries = Array.isArray(list) ? elements(list) : [list];
  const neighbours = new Map<string, Neighbour>();
  for (const entry of entries) {
    if (typeof entry !== "object" || entry === null) continue;
    for (const [name, seen] of Object.entries(entry).slice(0, 100)) {
      const chassis = field(seen, "chassis");
      const port = field(seen, "port");
      if (neighbours.has(name) || (chassis === undefined && port === undefined)) continue;
      neighbours.set(name, {
        system: systemOf(chassis),
        port: textOf(field(port, "id", "value")),
        description: textOf(field(port, "descr")),
      });
    }
  }
  return neighbours;
}

function systemOf(chassis: unknown): string | null {
  const nameless = textOf(field(chassis, "id", "value"));
  if (nameless !== null) return nameless;
  return typeof chassis === "object" && chassis !== null ? textOf(Object.keys(chassis)[0]) : null;
}
