import type { Disk, ServerFacts } from "#inventory/schema/facts.ts";
import { counted, diskSize } from "./units.ts";

export type DiskKind = "hdd" | "ssd" | "nvme" | "unknown";

/** Smaller ones are firmware partitions, virtual media and the like. */
const SMALLEST_DATA_DISK = 1_000_000_000;
const SYSTEM_MOUNTPOINTS = /^(?:\/|\/boot(?:\/.*)?|\/usr|\/var|\/home|\[SWAP\])$/;

/** What a disk is made of. */
export function diskKind(disk: Disk): DiskKind {
  if (disk.transport === "nvme") return "nvme";
  if (disk.rotational === null) return "unknown";
  return disk.rotational ? "hdd" : "ssd";
}

/** Whether the operating system lives on it. */
export function isSystemDisk(disk: Disk): boolean {
  return disk.mountpoints.some((mountpoint) => SYSTEM_MOUNTPOINTS.test(mountpoint));
}

/** Disks that could hold data of the site: not the system's, not removable, not read-only, of a size worth it. */
export function dataDisks(facts: ServerFacts): Disk[] {
  return (facts.facts.disks.value?.disks ?? []).filter(
    (disk) =>
      !isSystemDisk(disk) &&
      disk.removable !== true &&
      disk.readOnly !== true &&
      disk.transport !== "usb" &&
      (disk.sizeBytes ?? 0) >= SMALLEST_DATA_DISK,
  );
}

/** Known to be empty and not known to be failing. */
export function isUsableEmpty(disk: Disk): boolean {
  return disk.empty === true && disk.inUse !== true && disk.smart.verdict !== "failed";
}

/** Disks in words, the largest group first: `12 empty disks of 8 TB and 2 empty disks of 960 GB`. */
export function disksInWords(disks: readonly Disk[], adjective: string): string {
  const groups = new Map<string, { count: number; bytes: number }>();
  for (const disk of disks) {
    const size = diskSize(disk.sizeBytes ?? 0);
    const group = groups.get(size) ?? { count: 0, bytes: disk.sizeBytes ?? 0 };
    groups.set(size, { ...group, count: group.count + 1 });
  }
  const parts = [...groups]
    .sort(([, a], [, b]) => b.count * b.bytes - a.count * a.bytes)
    .map(([size, { count }]) => `${counted(count, `${adjective} disk`)} of ${size}`);
  if (parts.length === 0) return `no ${adjective} disks`;
  return parts.length === 1 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** What is on a disk, in words; empty when nothing is known to be. */
export function contentsOf(disk: Disk): string[] {
  const contents = disk.signatures.map((one) => {
    const label = one.label === null ? "" : ` "${one.label}"`;
    return `${one.type}${label} on ${one.where}`;
  });
  if (disk.partitions.length > 0) contents.push(counted(disk.partitions.length, "partition"));
  if (disk.mountpoints.length > 0) contents.push(`mounted at ${disk.mountpoints.join(", ")}`);
  if (disk.holders.length > 0) contents.push(`part of ${disk.holders.join(", ")}`);
  return contents;
}
