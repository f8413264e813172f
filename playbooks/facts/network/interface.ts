import { isIP } from "node:net";
import type { NetworkInterface } from "#inventory/schema/facts.ts";
import { cleanText, distinct, elements, field, textOf, wholeNumber } from "../printed.ts";
import type { Unknowns } from "../unknowns.ts";

const MAX_ADDRESSES = 200;

/** What is known of one interface before it is put together. */
export interface InterfaceSources {
  readonly sysfs: ReadonlyMap<string, string> | undefined;
  /** Its object in the output of `ip -j -d addr`. */
  readonly entry: unknown;
  readonly addresses: readonly string[];
  readonly addressesKnown: boolean;
  readonly neighbour: NetworkInterface["neighbour"];
  readonly whyNeighbour: string;
}

export function interfaceOf(
  name: string,
  path: string,
  unknown: Unknowns,
  { sysfs = new Map(), entry, addresses, addressesKnown, neighbour, whyNeighbour }: InterfaceSources,
): NetworkInterface {
  const kind = kindOf(sysfs, entry);
  const virtual = kind === "physical" ? "the driver does not say" : "not a physical interface";
  const link = linkOf(sysfs, entry);
  const whySpeed = link === false ? "the link is down" : virtual;
  if (!addressesKnown)
    unknown.because(`${path}/addresses`, "ip is not installed and /proc/net/fib_trie is not readable");
  const pciAddress = /.*\/([0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\//.exec(sysfs.get("path") ?? "")?.[1];
  const duplex = sysfs.get("duplex");
  return {
    name,
    mac: unknown.or(`${path}/mac`, macOf(sysfs, entry), kind === "loopback" ? "a loopback has none" : "it has none"),
    driver: unknown.or(`${path}/driver`, cleanText(sysfs.get("driver")?.split("/").at(-1), 60), virtual),
    speedMegabits: unknown.or(`${path}/speedMegabits`, speedOf(sysfs), whySpeed),
    duplex: unknown.or(`${path}/duplex`, duplex === "full" || duplex === "half" ? duplex : null, whySpeed),
    link: unknown.or(`${path}/link`, link, "the interface is not set up"),
    mtu: unknown.or(
      `${path}/mtu`,
      wholeNumber(sysfs.get("mtu")) ?? wholeOf(field(entry, "mtu")),
      "the kernel does not say",
    ),
    kind,
    addresses: addressesOf(entry, addresses),
    pciAddress: unknown.or(`${path}/pciAddress`, pciAddress, kind === "physical" ? "not on a PCI bus" : virtual),
    neighbour: unknown.or(`${path}/neighbour`, neighbour, whyNeighbour),
  };
}

function kindOf(sysfs: ReadonlyMap<string, string>, entry: unknown): NetworkInterface["kind"] {
  // ARPHRD_LOOPBACK in linux/if_arp.h.
  if (sysfs.get("type") === "772" || field(entry, "link_type") === "loopback") return "loopback";
  const made = field(entry, "linkinfo", "info_kind") ?? sysfs.get("made");
  if (made === "bond" || made === "bridge" || made === "vlan" || made === "veth") return made;
  if (sysfs.get("device") === "yes") return "physical";
  const paired = sysfs.has("iflink") && sysfs.get("iflink") !== sysfs.get("ifindex");
  return made === undefined && paired ? "veth" : "other";
}

function macOf(sysfs: ReadonlyMap<string, string>, entry: unknown): string | null {
  const mac = (textOf(field(entry, "permaddr")) ?? sysfs.get("address") ?? textOf(field(entry, "address")) ?? "")
    .trim()
    .toLowerCase();
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== "00:00:00:00:00:00" ? mac : null;
}

function linkOf(sysfs: ReadonlyMap<string, string>, entry: unknown): boolean | null {
  const carrier = sysfs.get("carrier");
  if (carrier === "0" || carrier === "1") return carrier === "1";
  const flags = elements(field(entry, "flags"), 50);
  if (flags.length > 0) return flags.includes("LOWER_UP");
  // Reading `carrier` fails while the interface is administratively down (IFF_UP is bit 0).
  const bits = wholeNumber(sysfs.get("flags"));
  return bits !== null && (bits & 1) === 0 ? false : null;
}

/** Drivers without a speed print -1 or all ones. */
function speedOf(sysfs: ReadonlyMap<string, string>): number | null {
  const speed = wholeNumber(sysfs.get("speed"));
  return speed !== null && speed > 0 && speed < 10_000_000 ? speed : null;
}

function wholeOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function addressesOf(entry: unknown, otherwise: readonly string[]): string[] {
  if (entry === undefined) return distinct(otherwise, MAX_ADDRESSES);
  const addresses = elements(field(entry, "addr_info"), MAX_ADDRESSES).flatMap((info) => {
    const local = textOf(field(info, "local"), 64) ?? "";
    const prefix = wholeOf(field(info, "prefixlen"));
    return isIP(local) !== 0 && prefix !== null && prefix <= 128 ? [`${local}/${prefix}`] : [];
  });
  return distinct(addresses, MAX_ADDRESSES);
}
