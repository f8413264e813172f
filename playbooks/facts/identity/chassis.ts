import type { Dmi } from "../dmi.ts";

/** SMBIOS 3.7 §7.4.1, table 17: System Enclosure or Chassis Types. 1 (other) and 2 (unknown) say nothing. */
const TYPES: Readonly<Record<string, string>> = {
  "3": "desktop",
  "4": "desktop",
  "5": "desktop",
  "6": "tower",
  "7": "tower",
  "8": "portable",
  "9": "portable",
  "10": "portable",
  "13": "desktop",
  "14": "portable",
  "15": "desktop",
  "16": "desktop",
  "17": "server",
  "22": "raid chassis",
  "23": "rack mount",
  "24": "desktop",
  "25": "multi-system",
  "28": "blade",
  "29": "blade enclosure",
  "31": "portable",
  "35": "desktop",
};

const HYPERVISORS =
  /\b(?:qemu|kvm|vmware|virtualbox|innotek|xen|bochs|bhyve|openstack|nutanix|rhev|ovirt|parallels|virtual machine|standard pc|amazon ec2|google compute engine|alibaba cloud|droplet)\b/i;

/** What kind of box the machine is; null when it does not say. */
export function chassisInWords(dmi: Dmi, inContainer: boolean): string | null {
  if (inContainer) return "container";
  const maker = `${dmi.text("sys_vendor") ?? ""} ${dmi.text("product_name") ?? ""}`;
  if (HYPERVISORS.test(maker)) return "virtual";
  const type = dmi.text("chassis_type");
  if (type === null) return null;
  // dmidecode gives words, sysfs a number whose top bit says that the case can be locked.
  if (/^\d{1,3}$/.test(type)) return TYPES[String(Number(type) & 0x7f)] ?? null;
  return wordsOf(type);
}

function wordsOf(type: string): string | null {
  const words = type.toLowerCase().replace(" chassis", "").replace("main server", "server");
  return words === "other" || words === "unknown" ? null : words;
}
