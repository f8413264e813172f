import type { FactValue } from "#inventory/schema/facts.ts";
import type { Fact } from "../fact.ts";
import { type PciDevice, pciDevices, pciScript } from "../pci.ts";
import { printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { softwareRaids } from "./mdstat.ts";

type Controller = FactValue<"storage-controllers">["controllers"][number];

export const storageControllers: Fact<"storage-controllers"> = {
  name: "storage-controllers",
  title: "RAID controllers, host bus adapters and software RAID",
  sections: {
    controllers: section(pciScript("0x01*")),
    // /proc/mdstat is the machine's own even inside a container: an array counts where its device node exists.
    arrays: section(`
[ -r /proc/mdstat ] || exit 0
echo '@@ mdstat'
while IFS= read -r line; do
  case $line in md*\\ :*) n=\${line%% *}; [ -b "/dev/$n" ] || line="absent-$line" ;; esac
  echo "$line"
done </proc/mdstat
`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "controllers");
    const arrays = printedBy(sections, "arrays");
    if (printed.inContainer) unknown.because("controllers", "a container has no controllers of its own");
    else if (!printed.lines.includes("@@ pci")) unknown.because("controllers", printed.why("there is no PCI bus"));
    // Without the driver there is no /proc/mdstat, and no array either.
    if (!arrays.finished) unknown.because("softwareRaid", arrays.why("/proc/mdstat cannot be read"));
    const devices = printed.inContainer ? [] : pciDevices(printed).filter((device) => device.class.startsWith("01"));
    return unknown.reading({
      controllers: devices.map((device, index) =>
        controllerOf(device, `controllers/${index}`, unknown, printed.lacks("lspci")),
      ),
      softwareRaid: softwareRaids(arrays.lines, unknown),
    });
  },
};

function controllerOf(device: PciDevice, path: string, unknown: Unknowns, lspciMissing: boolean): Controller {
  const why = lspciMissing ? "lspci is not installed" : "lspci does not say";
  return {
    address: device.address,
    kind: kindOf(device),
    vendor: unknown.or(`${path}/vendor`, device.vendor, why),
    device: unknown.or(`${path}/device`, device.device, why),
    driver: unknown.or(`${path}/driver`, device.driver, "no driver is bound"),
  };
}

/** PCI class codes 01xx (PCI Code and ID Assignment Specification §1.2); virtio adapters are no hardware. */
function kindOf(device: PciDevice): Controller["kind"] {
  if (device.vendorId === "1af4") return "other";
  const subclass = device.class.slice(2, 4);
  if (subclass === "04") return "raid";
  if (subclass === "06") return "sata";
  if (subclass === "08") return "nvme";
  return subclass === "00" || subclass === "07" ? "hba" : "other";
}
