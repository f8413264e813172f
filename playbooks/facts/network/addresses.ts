import { isIPv4, isIPv6 } from "node:net";
import { frameOf, framesOf } from "../frames.ts";
import { routesOf } from "./route.ts";

/**
 * Addresses by interface from /proc alone, for hosts without iproute2: /proc/net/fib_trie has the local IPv4 addresses,
 * /proc/net/route the networks and interfaces they belong to, /proc/net/if_inet6 everything for IPv6. Null when they
 * were not printed.
 */
export function addressesFromProc(lines: readonly string[]): Map<string, string[]> | null {
  const frames = framesOf(lines);
  const trie = frameOf(frames, "trie");
  const inet6 = frameOf(frames, "inet6");
  if (trie === undefined && inet6 === undefined) return null;
  const addresses = new Map<string, string[]>();
  const add = (name: string, address: string) => {
    const known = addresses.get(name);
    if (known === undefined) addresses.set(name, [address]);
    else known.push(address);
  };
  const networks = routesOf(lines).filter((route) => route.gateway === null && route.prefix > 0);
  for (const address of localAddresses(trie?.lines ?? [])) {
    const value = ipv4Number(address);
    const network = networks.find((route) => (value & route.mask) >>> 0 === (route.destination & route.mask) >>> 0);
    if (network !== undefined) add(network.interfaceName, `${address}/${network.prefix}`);
    else if (address.startsWith("127.")) add("lo", `${address}/8`);
  }
  for (const line of inet6?.lines ?? []) {
    // Address, interface index, prefix length, scope, flags (all hexadecimal), name.
    const match = /^([0-9a-f]{32}) [0-9a-f]{2,8} ([0-9a-f]{2}) [0-9a-f]{2} [0-9a-f]{2,4}\s+(\S{1,15})$/.exec(line);
    const address = compressed(match?.[1] ?? "");
    if (match?.[2] !== undefined && match[3] !== undefined && isIPv6(address))
      add(match[3], `${address}/${Number.parseInt(match[2], 16)}`);
  }
  return addresses;
}

/** `|-- 10.0.2.15` directly followed by `/32 host LOCAL`. */
function localAddresses(lines: readonly string[]): string[] {
  const found = new Set<string>();
  let last = "";
  for (const line of lines) {
    const leaf = /\|-- (\S+)$/.exec(line)?.[1];
    if (leaf !== undefined) last = leaf;
    else if (/\/32 host LOCAL$/.test(line.trim()) && isIPv4(last)) found.add(last);
  }
  return [...found].slice(0, 1_000);
}

function ipv4Number(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The URL parser writes an IPv6 address as RFC 5952 asks. */
function compressed(digits: string): string {
  if (digits.length !== 32) return "";
  return new URL(`http://[${(digits.match(/.{4}/g) ?? []).join(":")}]/`).hostname.slice(1, -1);
}
