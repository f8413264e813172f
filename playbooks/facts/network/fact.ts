import type { Fact } from "../fact.ts";
import { distinct, elements, field, jsonOf, printedBy, textOf } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { addressesFromProc } from "./addresses.ts";
import { interfaceOf } from "./interface.ts";
import { neighboursOf } from "./neighbours.ts";
import { defaultRouteOf } from "./route.ts";
import { sysfsInterfaces } from "./sysfs.ts";

const MAX_INTERFACES = 1_000;

export const network: Fact<"network"> = {
  name: "network",
  title: "Network interfaces, addresses, default route, LLDP neighbours",
  sections: {
    // link, driver and pci tell hardware from what the kernel made; speed and duplex fail while a link is down.
    interfaces: section(`
cd /sys/class/net || exit 0
for n in *; do
  [ -e "$n/ifindex" ] || continue
  echo "$n path=$(readlink "$n")"
  for a in address addr_len mtu type flags carrier speed duplex ifindex iflink; do if get "$n/$a"; then echo "$n $a=$v"; fi; done
  if [ -e "$n/device/driver" ]; then echo "$n driver=$(readlink "$n/device/driver")"; fi
  if [ -e "$n/device" ]; then echo "$n device=yes"; fi
  if [ -d "$n/bonding" ]; then echo "$n made=bond"; fi
  if [ -d "$n/bridge" ]; then echo "$n made=bridge"; fi
  while IFS= read -r v; do case $v in DEVTYPE=*) echo "$n made=\${v#DEVTYPE=}" ;; esac; done <"$n/uevent"
done
:`),
    addresses: section(`
have ip || exit 0
ip -j -d addr show
`),
    routes: section(`
cat /proc/net/route
if ! command -v ip >/dev/null 2>&1 || ! ip -j link show lo >/dev/null 2>&1; then
  echo '@@ trie'; cat /proc/net/fib_trie; echo '@@ inet6'; cat /proc/net/if_inet6
fi
:`),
    neighbours: section(`
have lldpctl || exit 0
within 5 lldpctl -f json
`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "interfaces");
    const addresses = printedBy(sections, "addresses");
    const routes = printedBy(sections, "routes");
    const neighbours = printedBy(sections, "neighbours");
    const document = jsonOf(addresses.text);
    const fromIp = new Map(
      elements(document, MAX_INTERFACES).map((entry) => [textOf(field(entry, "ifname"), 64) ?? "", entry]),
    );
    const fromProc = Array.isArray(document) ? null : addressesFromProc(routes.lines);
    const sysfs = sysfsInterfaces(printed.lines);
    const names = distinct(
      [...sysfs.keys(), ...fromIp.keys()].filter((name) => name !== ""),
      MAX_INTERFACES,
    );
    if (names.length === 0) unknown.because("interfaces", printed.why("/sys/class/net cannot be read"));
    const seen = neighboursOf(jsonOf(neighbours.text));
    const whyNeighbour = neighbours.why("none was heard", "lldpctl");
    const interfaces = names.map((name, index) =>
      interfaceOf(name, `interfaces/${index}`, unknown, {
        sysfs: sysfs.get(name),
        entry: fromIp.get(name),
        addresses: fromProc?.get(name) ?? [],
        addressesKnown: fromIp.has(name) || fromProc !== null,
        neighbour: seen.get(name) ?? null,
        whyNeighbour,
      }),
    );
    const route = defaultRouteOf(routes.lines);
    const why = routes.why("there is no default route");
    return unknown.reading({
      interfaces,
      defaultGateway: unknown.or("defaultGateway", route?.gateway, why),
      defaultInterface: unknown.or("defaultInterface", route?.interfaceName, why),
    });
  },
};
