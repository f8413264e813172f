import type { FactValue } from "#inventory/schema/facts.ts";
import type { Fact } from "../fact.ts";
import { cleanText, keyValues, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { type SmbiosStructure, smbiosScript, smbiosStructures } from "../smbios.ts";
import { Unknowns } from "../unknowns.ts";

export const bmc: Fact<"bmc"> = {
  name: "bmc",
  title: "Management controller: kind, LAN address, firmware",
  sections: {
    tables: section(smbiosScript),
    controller: section(`
container
root
for d in /dev/ipmi[0-9]* /dev/ipmi/[0-9]* /dev/ipmidev/[0-9]*; do [ ! -c "$d" ] || echo "device: $d"; done
for f in /sys/class/ipmi/ipmi*/device/bmc/firmware_revision; do if get "$f"; then echo "sysfs-firmware: $v"; fi; done
have ipmitool || exit 0
echo '@@ mc'; within 10 ipmitool mc info 2>&1; echo "@@ end $?"
for c in 1 8 2; do
  lan=$(within 10 ipmitool lan print $c 2>/dev/null) && [ -n "$lan" ] || continue
  echo "@@ lan $c"; echo "$lan"; echo '@@ end 0'; break
done
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const tables = printedBy(sections, "tables");
    const printed = printedBy(sections, "controller");
    const values = keyValues(printed.lines, ":");
    const structures = printed.inContainer ? [] : smbiosStructures(tables.text);
    const why = whyUnknown(printed, tables.why("nothing says whether there is one"));
    const type = printed.inContainer ? null : typeOf(structures, values);
    const present = printed.inContainer ? null : presenceOf(type, structures, values);
    const detail = present === false ? "there is none" : printed.why("ipmitool gets no answer", "ipmitool");
    return unknown.reading({
      present: unknown.or("present", present, why),
      type: unknown.or("type", type, present === false ? "there is none" : why),
      address: unknown.or("address", addressOf(values), printed.inContainer ? why : detail),
      mac: unknown.or("mac", macOf(values), printed.inContainer ? why : detail),
      firmware: unknown.or(
        "firmware",
        printed.inContainer ? null : cleanText(values.get("Firmware Revision") ?? values.get("sysfs-firmware"), 60),
        printed.inContainer ? why : detail,
      ),
    });
  },
};

type Values = ReadonlyMap<string, string>;

function whyUnknown(printed: { inContainer: boolean; unprivileged: boolean }, otherwise: string): string {
  if (printed.inContainer) return "a container has no management controller of its own";
  return printed.unprivileged ? "needs root" : otherwise;
}

/** SMBIOS 3.7: structure 38 is an IPMI device, structure 42 with interface type 40h a Redfish host interface. */
function typeOf(structures: readonly SmbiosStructure[], values: Values): FactValue<"bmc">["type"] {
  const redfish = structures.some((structure) => structure.type === 42 && structure.fields[4] === 0x40);
  if (values.has("device") || values.has("Firmware Revision")) return redfish ? "ipmi, redfish host interface" : "ipmi";
  if (structures.some((structure) => structure.type === 38)) return redfish ? "ipmi, redfish host interface" : "ipmi";
  return redfish ? "redfish host interface" : null;
}

function presenceOf(type: string | null, structures: readonly SmbiosStructure[], values: Values): boolean | null {
  if (type !== null || values.has("sysfs-firmware")) return true;
  return structures.length > 0 ? false : null;
}

function addressOf(values: Values): string | null {
  const address = values.get("IP Address") ?? "";
  return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(address) && address !== "0.0.0.0" ? address : null;
}

function macOf(values: Values): string | null {
  const mac = (values.get("MAC Address") ?? "").toLowerCase();
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && mac !== "00:00:00:00:00:00" ? mac : null;
}
