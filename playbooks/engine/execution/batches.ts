import { engineErrors } from "../errors.ts";
import { pythonString } from "../expression/values.ts";
import type { Play } from "../loader/nodes.ts";
import { placeText } from "../loader/problems.ts";

/** The hosts of a play in the batches `serial` asks for: numbers or percentages of all, the last one repeated. */
export function batchesOf(play: Play, hosts: readonly string[], serial: unknown): string[][] {
  const sizes = (Array.isArray(serial) ? serial : [serial]).filter((size) => size !== undefined && size !== null);
  if (hosts.length === 0) return [];
  if (sizes.length === 0) return [[...hosts]];
  const batches: string[][] = [];
  for (let at = 0, index = 0; at < hosts.length; index++) {
    const size = batchSize(sizes[Math.min(index, sizes.length - 1)], hosts.length, play);
    batches.push(hosts.slice(at, at + size));
    at += size;
  }
  return batches;
}

function batchSize(written: unknown, total: number, play: Play): number {
  const text = pythonString(written).trim();
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  // The percentage is cut in floating point, as the original does: 29% of 100 hosts are 28.
  if (percent !== undefined) return Math.max(1, Math.trunc((Number(percent) / 100) * total));
  if (!/^-?\d+$/.test(text))
    throw engineErrors.badKeyword(
      "serial",
      placeText(play.directives.place),
      `${text} is neither a number nor a percentage`,
    );
  const size = Number(text);
  return size <= 0 ? total : size;
}

/** Hosts in the order a play asks for. */
export function ordered(hosts: readonly string[], order: unknown, play: Play): string[] {
  switch (order ?? "inventory") {
    case "inventory":
    case "default":
      return [...hosts];
    case "reverse_inventory":
      return [...hosts].reverse();
    case "sorted":
      return [...hosts].sort();
    case "reverse_sorted":
      return [...hosts].sort().reverse();
    case "shuffle":
      return hosts
        .map((host) => ({ host, at: Math.random() }))
        .sort((a, b) => a.at - b.at)
        .map(({ host }) => host);
    default:
      throw engineErrors.badKeyword(
        "order",
        placeText(play.directives.place),
        `${pythonString(order)} is not an order`,
      );
  }
}
