interface Address {
  readonly interface: string;
  readonly family: "inet" | "inet6";
  readonly address: string;
  readonly prefix: number;
  readonly broadcast: string | undefined;
  readonly scope: string;
}

interface Link {
  readonly name: string;
  readonly mtu: number;
  readonly isUp: boolean;
  readonly type: string;
  readonly mac: string | undefined;
}

/** Interfaces, addresses and default routes, from `ip -o`. */
export function networkFacts(sections: ReadonlyMap<string, string>): Record<string, unknown> {
  const links = (sections.get("links") ?? "").split("\n").flatMap(readLink);
  const addresses = (sections.get("addresses") ?? "").split("\n").flatMap(readAddress);
  const facts: Record<string, unknown> = {
    interfaces: links.map((link) => link.name),
    all_ipv4_addresses: addresses
      .filter((a) => a.family === "inet" && !a.address.startsWith("127."))
      .map((a) => a.address),
    all_ipv6_addresses: addresses.filter((a) => a.family === "inet6" && a.address !== "::1").map((a) => a.address),
    default_ipv4: defaultRoute(sections.get("route4") ?? "", addresses, links),
    default_ipv6: defaultRoute(sections.get("route6") ?? "", addresses, links),
    dns: resolver(sections.get("resolv") ?? ""),
  };
  for (const link of links) facts[link.name.replace(/[-:.]/g, "_")] = interfaceFacts(link, addresses);
  return facts;
}

function readLink(line: string): Link[] {
  const match = /^\d+:\s+([^:@\s]+)(?:@[^:]+)?:\s+<([^>]*)>\s+mtu\s+(\d+)/.exec(line);
  if (match === null) return [];
  const [, name = "", flags = "", mtu = "0"] = match;
  const hardware = /link\/(\S+)\s+([0-9a-f:]{17})?/.exec(line);
  const type =
    hardware?.[1] === "loopback" ? "loopback" : hardware?.[1] === "ether" ? "ether" : (hardware?.[1] ?? "unknown");
  return [{ name, mtu: Number(mtu), isUp: flags.split(",").includes("UP"), type, mac: hardware?.[2] }];
}

function readAddress(line: string): Address[] {
  const match =
    /^\d+:\s+(\S+)\s+(inet6?)\s+([0-9a-f.:]+)(?:\s+peer\s+\S+?)?\/(\d+)(?:\s+brd\s+(\S+))?.*?scope\s+(\S+)/.exec(line);
  if (match === null) return [];
  const [, name = "", family = "inet", address = "", prefix = "0", broadcast, scope = ""] = match;
  return [
    {
      interface: name,
      family: family === "inet6" ? "inet6" : "inet",
      address,
      prefix: Number(prefix),
      broadcast,
      scope,
    },
  ];
}

function interfaceFacts(link: Link, addresses: readonly Address[]): Record<string, unknown> {
  const own = addresses.filter((address) => address.interface === link.name);
  const four = own.filter((address) => address.family === "inet").map(ipv4Facts);
  const six = own.filter((address) => address.family === "inet6");
  return {
    device: link.name,
    active: link.isUp,
    mtu: link.mtu,
    type: link.type,
    ...(link.mac === undefined || link.type === "loopback" ? {} : { macaddress: link.mac }),
    ...(four[0] === undefined ? {} : { ipv4: four[0] }),
    ...(four.length > 1 ? { ipv4_secondaries: four.slice(1) } : {}),
    ...(six.length === 0
      ? {}
      : { ipv6: six.map((a) => ({ address: a.address, prefix: String(a.prefix), scope: a.scope })) }),
  };
}

function ipv4Facts(address: Address): Record<string, unknown> {
  const mask = address.prefix === 0 ? 0 : (0xffffffff << (32 - address.prefix)) >>> 0;
  const number = address.address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  const dotted = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
  return {
    address: address.address,
    netmask: dotted(mask),
    network: dotted((number & mask) >>> 0),
    broadcast: address.broadcast ?? "",
    prefix: String(address.prefix),
  };
}

function defaultRoute(route: string, addresses: readonly Address[], links: readonly Link[]): Record<string, unknown> {
  const device = /\bdev\s+(\S+)/.exec(route)?.[1];
  const source = /\bsrc\s+(\S+)/.exec(route)?.[1];
  const gateway = /\bvia\s+(\S+)/.exec(route)?.[1];
  const link = links.find((candidate) => candidate.name === device);
  const address = addresses.find((candidate) => candidate.address === source && candidate.interface === device);
  if (device === undefined || link === undefined || address === undefined) return {};
  const shared = {
    interface: device,
    alias: device,
    ...(gateway === undefined ? {} : { gateway }),
    mtu: link.mtu,
    type: link.type,
    ...(link.mac === undefined ? {} : { macaddress: link.mac }),
  };
  if (address.family === "inet") return { ...shared, ...ipv4Facts(address) };
  return { ...shared, address: address.address, prefix: String(address.prefix), scope: address.scope };
}

function resolver(text: string): Record<string, unknown> {
  const found: Record<string, string[]> = {};
  for (const line of text.split("\n")) {
    const [word = "", ...rest] = line.trim().split(/\s+/);
    if (word === "nameserver") found["nameservers"] = [...(found["nameservers"] ?? []), ...rest];
    else if (word === "search" || word === "options") found[word] = rest;
    else if (word === "domain") found["domain"] = rest;
  }
  return { ...found, ...(found["domain"] === undefined ? {} : { domain: found["domain"][0] }) };
}
