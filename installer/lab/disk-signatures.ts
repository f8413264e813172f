import { randomBytes } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { DiskSignature } from "./profile.ts";
import type { CommandRunner } from "./runner.ts";

/** Puts `signature` on the disk image open as `file` at `path`. */
export async function writeSignature(
  signature: DiskSignature,
  file: FileHandle,
  path: string,
  runner: CommandRunner,
): Promise<void> {
  switch (signature) {
    case "ext4":
      await runner.run("mkfs.ext4", ["-q", "-F", path]);
      return;
    case "swap":
      await runner.run("mkswap", [path]);
      return;
    case "gpt":
      await runner.run("sfdisk", ["--quiet", path], { input: "label: gpt\n,\n" });
      return;
    case "lvm":
      await file.write(lvmLabel(randomBytes(16).toString("hex")), 0, 512, 512);
      return;
    case "ceph-bluestore":
      // The first bytes of a BlueStore device's label (bluestore_bdev_label_t), which blkid looks for.
      await file.write("bluestore block device\n60b5ae2d-0c1c-4a2f-9a6b-3a0e64a1d5c7\n", 0);
      return;
    case "unknown-data":
      await file.write(randomBytes(2 ** 20), 0, 2 ** 20, 0);
      return;
  }
}

/**
 * One sector with the label of an LVM physical volume, as `pvcreate` writes to the second sector (LVM2's label_header
 * and pv_header; its checksum is CRC-32 with another start value). `uuid` is 32 characters.
 */
function lvmLabel(uuid: string): Buffer {
  const sector = Buffer.alloc(512);
  sector.write("LABELONE", 0, "latin1");
  sector.writeBigUInt64LE(1n, 8);
  sector.writeUInt32LE(32, 20);
  sector.write("LVM2 001", 24, "latin1");
  sector.write(uuid.slice(0, 32).padEnd(32, "0"), 32, "latin1");
  sector.writeUInt32LE(lvmChecksum(sector.subarray(20)), 16);
  return sector;
}

function lvmChecksum(bytes: Buffer): number {
  let value = 0xf597a6cf;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  }
  return value >>> 0;
}
