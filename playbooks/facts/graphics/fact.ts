import type { Gpu } from "#inventory/schema/facts.ts";
import type { Fact } from "../fact.ts";
import { type PciDevice, pciDevices, pciScript } from "../pci.ts";
import { cleanText, keyValues, printedBy, scaledNumber } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { type NvidiaRow, nvidiaRows } from "./nvidia.ts";

export const graphics: Fact<"graphics"> = {
  name: "graphics",
  title: "GPUs by PCI id and by the vendor's tool",
  sections: {
    // Display controllers (03) and processing accelerators (12).
    devices: section(`
${pciScript("0x03*|0x12*").trim().replace(/\n:$/, "")}
for d do for r in "$d"/drm/renderD*; do [ ! -e "/dev/dri/\${r##*/}" ] || echo "$d node=yes"; done; done
for m in nvidia amdgpu; do if get /sys/module/$m/version; then echo "version-$m: $v"; fi; done
:`),
    nvidia: section(`
have nvidia-smi || exit 0
# Drivers from before MIG refuse the whole query for the one field that they do not know.
q=pci.bus_id,name,uuid,memory.total,driver_version
within 9 nvidia-smi --query-gpu=$q,mig.mode.current --format=csv,noheader,nounits ||
within 9 nvidia-smi --query-gpu=$q --format=csv,noheader,nounits
`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "devices");
    const nvidia = printedBy(sections, "nvidia");
    const rows = nvidiaRows(nvidia.lines);
    const modules = keyValues(printed.lines, ":");
    if (!printed.lines.includes("@@ pci")) unknown.because("gpus", printed.why("there is no PCI bus"));
    // A container sees every GPU of the machine; its own are those with a device node or in its nvidia-smi.
    const passed = (device: PciDevice) => device.attributes.get("node") === "yes" || rows.has(device.address);
    const devices = pciDevices(printed).filter(
      (device) => computes(device) && (!printed.inContainer || passed(device)),
    );
    const whyNoName = printed.lacks("lspci") ? "lspci is not installed" : "lspci does not name it";
    const why = nvidia.why(nvidiaComplaint(nvidia.text) ?? "nvidia-smi does not list it", "nvidia-smi");
    return unknown.reading({
      gpus: devices.map((device, index) =>
        gpuOf(device, rows.get(device.address), modules, { nvidia: why, name: whyNoName }, `gpus/${index}`, unknown),
      ),
    });
  },
};

/** Adapters that only show a picture: management controllers' (ASPEED, Matrox) and hypervisors'. */
const PICTURE_ONLY = new Set(["1a03", "102b", "1234", "1af4", "1b36", "1013", "15ad", "80ee", "1414", "5853"]);

function computes(device: PciDevice): boolean {
  return /^(?:03|12)/.test(device.class) && !PICTURE_ONLY.has(device.vendorId);
}

function gpuOf(
  device: PciDevice,
  row: NvidiaRow | undefined,
  modules: ReadonlyMap<string, string>,
  reasons: { nvidia: string; name: string },
  path: string,
  unknown: Unknowns,
): Gpu {
  const vendor = vendorOf(device.vendorId);
  const why = vendor === "nvidia" ? reasons.nvidia : "only known for NVIDIA";
  const memory = row?.memoryBytes ?? scaledNumber(device.attributes.get("mem_info_vram_total"), 1);
  const version =
    row?.driverVersion ?? (device.driver === null ? null : cleanText(modules.get(`version-${device.driver}`)));
  return {
    pciAddress: device.address,
    pciId: `${device.vendorId}:${device.deviceId}`,
    vendor,
    model: unknown.or(
      `${path}/model`,
      row?.model ?? device.device,
      vendor === "nvidia" ? reasons.nvidia : reasons.name,
    ),
    memoryBytes: unknown.or(
      `${path}/memoryBytes`,
      memory,
      vendor === "nvidia" ? reasons.nvidia : "the driver does not say",
    ),
    driver: unknown.or(`${path}/driver`, device.driver, "no driver is bound"),
    driverVersion: unknown.or(`${path}/driverVersion`, version, "the driver does not say"),
    uuid: unknown.or(`${path}/uuid`, row?.uuid, why),
    mig: unknown.or(`${path}/mig`, row?.mig, row === undefined ? why : "not supported by this model"),
  };
}

function vendorOf(id: string): Gpu["vendor"] {
  if (id === "10de") return "nvidia";
  if (id === "1002" || id === "1022") return "amd";
  return id === "8086" ? "intel" : "other";
}

/** nvidia-smi prints its errors where the table would be. */
function nvidiaComplaint(text: string): string | null {
  return cleanText(/^(?:NVIDIA-SMI has failed|Failed to|Unable to|No devices).*$/m.exec(text)?.[0]);
}
