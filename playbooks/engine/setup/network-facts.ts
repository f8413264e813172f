import { type Facts, fileContents, lines, type Sections, text } from "./fact-sections.ts";
import { addressesOf, type InterfaceAddress, ipv4Facts } from "./interface-addresses.ts";

/** Types of /sys/class/net/…/type (ARPHRD_… of the kernel's if_arp.h) as the original names them. */
const TYPES: Readonly<Record<string, string>> = {
  "1": "ether",
  "32": "infiniband",
  "512": "ppp",
  "772": "loopback",
  "65534": "tunnel",
};

/** Interfaces with their addresses, the default routes, and what is reachable on the host itself. */
export function networkFacts(sections: Sections): Facts {
  const names = lines(sections, "link-folders").flatMap((line) => (line.startsWith("link ") ? [line.slice(5)] : []));
  const addresses = addressesOf(text(sections, "addresses"));
  const interfaces = new Map<string, Record<string, unknown>>();
  for (const name of names) interfaces.set(name, linkFacts(name, sections));
  for (const address of addresses) addAddress(interfaces, address);
  const all = (family: string, loopback: RegExp) =>
    addresses.filter((one) => one.family === family && !loopback.test(one.address)).map((one) => one.address);
  const plain = (name: string) => name.replaceAll(":", "_");
  return {
    interfaces: [...interfaces.keys()].map(plain),
    ...Object.fromEntries([...interfaces].map(([name, facts]) => [plain(name).replaceAll("-", "_"), facts])),
    default_ipv4: defaultRoute(text(sections, "route4"), addresses, interfaces),
    default_ipv6: defaultRoute(text(sections, "route6"), addresses, interfaces),
    all_ipv4_addresses: all("inet", /^127\./),
    all_ipv6_addresses: all("inet6", /^::1$/),
    locally_reachable_ips: locallyReachable(lines(sections, "local-routes")),
  };
}

function linkFacts(name: string, sections: Sections): Record<string, unknown> {
  const contents = fileContents(sections, "links");
  const folders = lines(sections, "link-folders");
  const at = (key: string) => contents.get(`/sys/class/net/${name}/${key}`) || undefined;
  const facts: Record<string, unknown> = { device: name };
  const [mac, mtu, state, type, speed, flags] = ["address", "mtu", "operstate", "type", "speed", "flags"].map(at);
  if (mac !== undefined && mac !== "00:00:00:00:00:00") facts["macaddress"] = mac;
  if (mtu !== undefined) facts["mtu"] = Number(mtu);
  if (state !== undefined) facts["active"] = state !== "down";
  const device = folders.find((line) => line.startsWith(`device /sys/class/net/${name}/device `))?.split(" ");
  if (device?.[3] !== undefined && device[3] !== "") facts["module"] = device[3].split("/").at(-1);
  if (type !== undefined) facts["type"] = TYPES[type] ?? "unknown";
  if (folders.includes(`folder /sys/class/net/${name}/bridge`)) {
    const ports = folders.filter((line) => line.startsWith(`port /sys/class/net/${name}/brif/`));
    facts["type"] = "bridge";
    facts["interfaces"] = ports.map((line) => line.split("/").at(-1));
    if (at("bridge/bridge_id") !== undefined) facts["id"] = at("bridge/bridge_id");
    if (at("bridge/stp_state") !== undefined) facts["stp"] = at("bridge/stp_state") === "1";
  }
  if (folders.includes(`folder /sys/class/net/${name}/bonding`)) Object.assign(facts, bondFacts(at));
  if (at("bonding_slave/perm_hwaddr") !== undefined) facts["perm_macaddress"] = at("bonding_slave/perm_hwaddr");
  if (device?.[2] !== undefined) facts["pciid"] = device[2].split("/").at(-1);
  if (speed !== undefined) facts["speed"] = Number(speed);
  if (flags !== undefined) facts["promisc"] = (Number(flags) & 0x100) > 0;
  return { ...facts, ...ethtoolFacts(name, sections) };
}

function bondFacts(at: (key: string) => string | undefined): Facts {
  const word = (key: string) => at(`bonding/${key}`)?.split(/\s+/)[0];
  const primary = at("bonding/primary");
  return {
    type: "bonding",
    slaves: at("bonding/slaves")?.split(/\s+/) ?? [],
    mode: word("mode"),
    miimon: word("miimon"),
    lacp_rate: word("lacp_rate"),
    ...(primary === undefined ? {} : { primary, all_slaves_active: at("bonding/all_slaves_active") === "1" }),
  };
}

/** What ethtool(8) says with -k and -T, where it is installed. */
function ethtoolFacts(name: string, sections: Sections): Facts {
  const output = `\n${text(sections, "ethtool")}\n`;
  const part = (kind: string) => output.split(`\n${kind} ${name}\n`)[1]?.split(/\n(?:features|timestamps) /)[0];
  const facts: Record<string, unknown> = {};
  const features = part("features");
  if (features !== undefined && features.trim() !== "") {
    const rows = features
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line.includes(": ") && !line.endsWith(":"))
      .map((line) => [line.split(": ")[0]?.replaceAll("-", "_"), line.split(": ")[1]?.trim()]);
    facts["features"] = Object.fromEntries(rows);
  }
  const stamps = part("timestamps");
  if (stamps !== undefined && stamps.trim() !== "") {
    const words = (start: string) =>
      [...stamps.matchAll(new RegExp(`${start}_(\\w+)`, "g"))].map((m) => m[1]?.toLowerCase());
    facts["timestamping"] = words("SOF_TIMESTAMPING");
    facts["hw_timestamp_filters"] = words("HWTSTAMP_FILTER");
    const clock = /PTP Hardware Clock: (\d+)/.exec(stamps)?.[1];
    if (clock !== undefined) facts["phc_index"] = Number(clock);
  }
  return facts;
}

function addAddress(interfaces: Map<string, Record<string, unknown>>, address: InterfaceAddress): void {
  if (address.family === "inet6") {
    const facts = interfaces.get(address.device) ?? {};
    interfaces.set(address.device, facts);
    const { address: ip, prefix, scope } = address;
    facts["ipv6"] = [...((facts["ipv6"] as unknown[] | undefined) ?? []), { address: ip, prefix, scope }];
    return;
  }
  const facts = interfaces.get(address.label) ?? {};
  interfaces.set(address.label, facts);
  if (!address.secondary && facts["ipv4"] === undefined) facts["ipv4"] = ipv4Facts(address);
  else addSecondary(facts, address);
  if (address.secondary && address.label !== address.device)
    addSecondary(interfaces.get(address.device) ?? {}, address);
}

function addSecondary(facts: Record<string, unknown>, address: InterfaceAddress): void {
  facts["ipv4_secondaries"] = [...((facts["ipv4_secondaries"] as unknown[] | undefined) ?? []), ipv4Facts(address)];
}

function defaultRoute(
  route: string,
  addresses: readonly InterfaceAddress[],
  interfaces: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): Facts {
  const first = route.split("\n")[0] ?? "";
  const word = (name: string) => new RegExp(`\\b${name} (\\S+)`).exec(first)?.[1];
  const [device, source, gateway] = [word("dev"), word("src"), word("via")];
  if (device === undefined) return {};
  const found: Record<string, unknown> = { interface: device };
  if (gateway !== undefined) found["gateway"] = gateway;
  if (source !== undefined) found["address"] = source;
  const address = addresses.find((candidate) => candidate.address === source);
  if (address === undefined) return found;
  const link = interfaces.get(address.device) ?? {};
  const shared = {
    macaddress: link["macaddress"] ?? "00:00:00:00:00:00",
    mtu: link["mtu"],
    type: link["type"] ?? "unknown",
  };
  if (address.family === "inet") return { ...found, ...ipv4Facts(address), ...shared, alias: address.label };
  return { ...found, prefix: address.prefix, scope: address.scope, ...shared };
}

function locallyReachable(routes: readonly string[]): Facts {
  const local = routes.filter((line) => line.startsWith("local ")).map((line) => line.split(" ")[1] ?? "");
  const unique = [...new Set(local)];
  return {
    ipv4: unique.filter((address) => !address.includes(":")),
    ipv6: unique.filter((address) => address.includes(":")),
  };
}

/** resolv.conf(5). */
export function resolver(content: string): Facts {
  const found: Record<string, unknown> = {};
  for (const line of content.split("\n")) {
    const [word = "", ...rest] = line.trim().split(/\s+/);
    if (word === "nameserver")
      found["nameservers"] = [...((found["nameservers"] as string[] | undefined) ?? []), ...rest];
    else if (word === "search" || word === "sortlist") found[word] = rest;
    else if (word === "domain" && rest[0] !== undefined) found["domain"] = rest[0];
    else if (word === "options")
      found["options"] = Object.fromEntries(
        rest.map((option) => {
          const at = option.indexOf(":");
          return at === -1 ? [option, true] : [option.slice(0, at), option.slice(at + 1) || true];
        }),
      );
  }
  return found;
}
