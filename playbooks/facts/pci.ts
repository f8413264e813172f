import { cleanText, type Printed } from "./printed.ts";

/** One PCI device; ids are four hexadecimal digits, the class six. */
export interface PciDevice {
  /** As in 0000:3b:00.0, lower case. */
  readonly address: string;
  readonly class: string;
  readonly vendorId: string;
  readonly deviceId: string;
  readonly driver: string | null;
  readonly vendor: string | null;
  readonly device: string | null;
  /** Attributes of drivers, raw. */
  readonly attributes: ReadonlyMap<string, string>;
}

const MAX_DEVICES = 2_000;
const ADDRESS = /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/;

/**
 * Shell that prints the PCI devices whose class matches the `case` pattern `classes` (`0x01*`): attributes from sysfs,
 * names from lspci where there is one.
 */
export function pciScript(classes: string): string {
  return `
container
cd /sys/bus/pci/devices 2>/dev/null || { echo '#no-pci' >&2; exit 0; }
set --
for d in *; do
  get "$d/class" || continue
  case $v in ${classes}) set -- "$@" "$d" ;; esac
done
echo '@@ pci'
for d do
  for a in class vendor device mem_info_vram_total; do if get "$d/$a"; then echo "$d $a=$v"; fi; done
  [ ! -e "$d/driver" ] || echo "$d driver=$(readlink "$d/driver")"
done
if [ $# -gt 0 ] && have lspci; then
  for d do within 5 lspci -D -mm -s "$d"; done
fi
:`;
}

/** The devices that {@link pciScript} printed. */
export function pciDevices(printed: Printed): PciDevice[] {
  const attributes = new Map<string, Map<string, string>>();
  const names = new Map<string, string[]>();
  for (const line of printed.lines) {
    const [address = "", rest = ""] = splitOnce(line, " ");
    if (!ADDRESS.test(address)) continue;
    if (rest.startsWith('"')) {
      // lspci -mm: ADDRESS "class" "vendor" "device" …
      names.set(
        address,
        [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? "").replace(/\\(.)/g, "$1")),
      );
      continue;
    }
    const [key = "", value = ""] = splitOnce(rest, "=");
    const own = attributes.get(address) ?? new Map<string, string>();
    attributes.set(address, own.set(key, value));
  }
  return [...attributes].slice(0, MAX_DEVICES).flatMap(([address, own]) => {
    const vendorId = hexadecimal(own.get("vendor"), 4);
    const deviceId = hexadecimal(own.get("device"), 4);
    const deviceClass = hexadecimal(own.get("class"), 6);
    if (vendorId === null || deviceId === null || deviceClass === null) return [];
    const [, vendor, device] = names.get(address) ?? [];
    return [
      {
        address,
        class: deviceClass,
        vendorId,
        deviceId,
        driver: cleanText(own.get("driver")?.split("/").at(-1), 60),
        vendor: cleanText(vendor) ?? VENDORS[vendorId] ?? null,
        device: cleanText(device),
        attributes: own,
      },
    ];
  });
}

/** Makers of storage and graphics hardware in servers (PCI-SIG's vendor ids), for where lspci is missing. */
const VENDORS: Readonly<Record<string, string>> = {
  "1000": "Broadcom / LSI",
  "1002": "Advanced Micro Devices, Inc. [AMD/ATI]",
  "1022": "Advanced Micro Devices, Inc. [AMD]",
  "1028": "Dell",
  "103c": "Hewlett-Packard Company",
  "10de": "NVIDIA Corporation",
  "1179": "Toshiba Corporation",
  "11f8": "PMC-Sierra Inc.",
  "1344": "Micron Technology Inc",
  "144d": "Samsung Electronics Co Ltd",
  "15b7": "Sandisk Corp",
  "1590": "Hewlett Packard Enterprise",
  "1924": "Solarflare Communications",
  "1af4": "Red Hat, Inc.",
  "1b36": "Red Hat, Inc.",
  "1b4b": "Marvell Technology Group Ltd.",
  "1bb1": "Seagate Technology PLC",
  "1c5c": "SK hynix",
  "1e0f": "KIOXIA Corporation",
  "8086": "Intel Corporation",
  "9005": "Adaptec",
};

function splitOnce(text: string, separator: string): [string, string] | [string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function hexadecimal(text: string | undefined, digits: number): string | null {
  const match = /^0x([0-9a-f]+)$/.exec((text ?? "").trim().toLowerCase())?.[1];
  return match !== undefined && match.length === digits ? match : null;
}
