import { Dmi, dmiScript } from "../dmi.ts";
import type { Fact } from "../fact.ts";
import { cleanText, keyValues, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { chassisInWords } from "./chassis.ts";

export const identity: Fact<"identity"> = {
  name: "identity",
  title: "Names and serial numbers of the machine",
  sections: {
    names: section(`
grep -aH '' /proc/sys/kernel/hostname /etc/machine-id /proc/sys/kernel/random/boot_id
if have hostname; then echo "fqdn:$(within 3 hostname -f 2>/dev/null)"
else echo "fqdn:$(within 3 getent hosts "$(uname -n)" | while read -r _ name _; do echo "$name"; break; done)"
fi
:`),
    dmi: section(
      dmiScript(["sys_vendor", "product_name", "product_serial", "product_uuid", "chassis_asset_tag", "chassis_type"]),
    ),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const names = printedBy(sections, "names");
    const printed = printedBy(sections, "dmi");
    const values = keyValues(names.lines, ":");
    const dmi = new Dmi(printed);
    const fqdn = hostName(values.get("fqdn"));
    const machineId = /^[0-9a-f]{32}$/.exec(values.get("/etc/machine-id") ?? "")?.[0];
    const bootId = uuidOf(values.get("/proc/sys/kernel/random/boot_id"));
    const uuid = dmi.text("product_uuid");
    return unknown.reading({
      hostname: unknown.or(
        "hostname",
        hostName(values.get("/proc/sys/kernel/hostname"))?.split(".")[0],
        names.why("the kernel reports no usable host name"),
      ),
      fqdn: unknown.or(
        "fqdn",
        fqdn?.includes(".") === true ? fqdn : null,
        names.why("the resolver gives no domain for this host"),
      ),
      machineId: unknown.or("machineId", machineId, names.why("/etc/machine-id is not set")),
      bootId: unknown.or("bootId", bootId, names.why("the kernel reports no boot id")),
      vendor: unknown.or("vendor", dmi.text("sys_vendor"), dmi.why("sys_vendor")),
      model: unknown.or("model", dmi.text("product_name"), dmi.why("product_name")),
      serial: unknown.or("serial", dmi.text("product_serial"), dmi.why("product_serial")),
      uuid: unknown.or("uuid", uuidOf(uuid), uuid === null ? dmi.why("product_uuid") : `not a usable UUID: ${uuid}`),
      assetTag: unknown.or("assetTag", dmi.text("chassis_asset_tag"), dmi.why("chassis_asset_tag")),
      chassis: unknown.or("chassis", chassisInWords(dmi, printed.inContainer), whyNoChassis(dmi)),
    });
  },
};

function whyNoChassis(dmi: Dmi): string {
  const type = dmi.text("chassis_type");
  return type === null ? dmi.why("chassis_type") : `the firmware gives type ${type}, which says nothing`;
}

function hostName(text: string | undefined): string | null {
  const name = cleanText(text, 253);
  return name !== null && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(name) ? name : null;
}

function uuidOf(text: string | null | undefined): string | null {
  const uuid = (text ?? "").toLowerCase();
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return null;
  return /^[0-]+$/.test(uuid) ? null : uuid;
}
