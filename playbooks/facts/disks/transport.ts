import type { Device } from "./devices.ts";

/** What the path of a device through /sys/devices says about how it is attached; the first that fits counts. */
const BY_LOCATION: readonly (readonly [RegExp, string])[] = [
  [/\/usb\d/, "usb"],
  [/\/nvme-fabrics\//, "nvme-fabrics"],
  [/\/nvme/, "nvme"],
  [/\/ata\d/, "sata"],
  [/\/end_device-/, "sas"],
  [/\/rport-/, "fc"],
  [/\/session\d/, "iscsi"],
  [/\/virtio\d/, "virtio"],
  [/\/mmc_host\//, "mmc"],
  [/\/VMBUS:/i, "hyper-v"],
  [/\/vbd-\d/, "xen"],
];

/** How the disk is attached; null when the kernel does not say, as behind a RAID controller. */
export function transportOf(device: Device): string | null {
  const virtual = /^(loop|nbd|rbd|ublkb)\d/.exec(device.name)?.[1];
  if (virtual !== undefined) return virtual;
  return BY_LOCATION.find(([pattern]) => pattern.test(device.location))?.[1] ?? null;
}
