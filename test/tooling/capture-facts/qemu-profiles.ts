import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { GuestSystem } from "./qemu-image.ts";

/** A machine to capture cases from. */
export interface QemuProfile {
  readonly system: GuestSystem;
  /** Makes the disk images in `folder`. */
  disks(folder: string): Promise<void>;
  /** QEMU's words for its hardware. */
  machine(folder: string): readonly string[];
  /** Shell run in the guest before anything is read. */
  readonly prepare: string;
}

const MEBIBYTE = 1024 ** 2;

function blank(path: string, mebibytes: number, start?: string): void {
  const file = openSync(path, "w");
  ftruncateSync(file, mebibytes * MEBIBYTE);
  if (start !== undefined) writeSync(file, start, 0);
  closeSync(file);
}

function drive(folder: string, id: string, device: string): readonly string[] {
  return ["-drive", `file=${join(folder, id)},if=none,id=${id},format=raw`, "-device", `${device},drive=${id}`];
}

/** Two sockets and NUMA nodes, NVMe, SAS and RAID controllers, a BMC; every tool installed; disks in use. */
const twoSockets: QemuProfile = {
  system: {
    suite: "trixie",
    tools: [
      "dmidecode",
      "pciutils",
      "smartmontools",
      "ipmitool",
      "lldpd",
      "chrony",
      "mdadm",
      "lvm2",
      "cryptsetup-bin",
      "e2fsprogs",
    ],
  },
  async disks(folder) {
    for (const id of ["nvme0", "nvme1", "sas0", "sas1", "sas2", "sas3", "raid0"]) blank(join(folder, id), 256);
  },
  machine: (folder) => [
    ...["-machine", "q35", "-bios", "/usr/share/ovmf/OVMF.fd", "-smp", "4,sockets=2,cores=1,threads=2"],
    ...["-object", "memory-backend-ram,id=m0,size=1G", "-object", "memory-backend-ram,id=m1,size=1G"],
    ...["-numa", "node,nodeid=0,cpus=0-1,memdev=m0", "-numa", "node,nodeid=1,cpus=2-3,memdev=m1"],
    ...["-smbios", "type=0,vendor=Northwind Firmware,version=2.14.1,date=03/21/2026"],
    ...[
      "-smbios",
      "type=1,manufacturer=Northwind,product=NW-R740 Storage Server,serial=NW7X2K9,uuid=4c4c4544-0042-5310-8052-b4c04f334432",
    ],
    ...["-smbios", "type=3,manufacturer=Northwind,serial=NWCH001,asset=RACK-07-U12"],
    ...["-smbios", "type=17,loc_pfx=DIMM_A,manufacturer=Northwind Memory,serial=88AB01F2,part=NW32G2933,speed=2933"],
    ...drive(folder, "nvme0", "nvme,serial=NVME0000A1"),
    ...drive(folder, "nvme1", "nvme,serial=NVME0000A2,logical_block_size=4096,physical_block_size=4096"),
    ...["-device", "mptsas1068,id=sas"],
    ...drive(
      folder,
      "sas0",
      "scsi-hd,bus=sas.0,scsi-id=0,serial=SAS000001,wwn=0x5000c500a1b2c301,vendor=NORTHWND,product=NW4000NM,rotation_rate=7200",
    ),
    ...drive(
      folder,
      "sas1",
      "scsi-hd,bus=sas.0,scsi-id=1,serial=SAS000002,wwn=0x5000c500a1b2c302,vendor=NORTHWND,product=NW4000NM,rotation_rate=7200",
    ),
    ...drive(
      folder,
      "sas2",
      "scsi-hd,bus=sas.0,scsi-id=2,serial=SAS000003,wwn=0x5000c500a1b2c303,vendor=NORTHWND,product=NW4000NM,rotation_rate=7200",
    ),
    ...drive(
      folder,
      "sas3",
      "scsi-hd,bus=sas.0,scsi-id=3,serial=SAS000004,wwn=0x5000c500a1b2c304,vendor=NORTHWND,product=NW4000NM,rotation_rate=7200",
    ),
    ...["-device", "megasas,id=raid"],
    ...drive(folder, "raid0", "scsi-hd,bus=raid.0,scsi-id=0,serial=RAIDVOL01"),
    ...["-device", "ipmi-bmc-sim,id=bmc", "-device", "isa-ipmi-kcs,bmc=bmc"],
    ...["-netdev", "user,id=n0", "-device", "e1000e,netdev=n0,mac=52:54:00:aa:07:01"],
    ...[
      "-netdev",
      "user,id=n1,net=10.9.0.0/24,restrict=on",
      "-device",
      "virtio-net-pci,netdev=n1,mac=52:54:00:aa:07:02",
    ],
  ],
  prepare: `exec 3>&1 >/dev/null 2>&1
modprobe -a ipmi_si ipmi_devintf raid1 dm_crypt
disk=/dev/disk/by-id/wwn-0x5000c500a1b2c30
mdadm --create /dev/md0 --run --metadata=1.2 --level=1 --raid-devices=2 "\${disk}1" "\${disk}2"
pvcreate -ff -y "\${disk}3"; vgcreate data "\${disk}3"; lvcreate -y -L 64M -n home data
echo passphrase | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "\${disk}4" -
mkfs.ext4 -q -L scratch /dev/nvme0n1; mkdir -p /srv/scratch; mount /dev/nvme0n1 /srv/scratch
mkfs.ext4 -q /dev/data/home; mount /dev/data/home /home
udevadm settle
exec >&3 2>/dev/null`,
};

/** Odd DMI strings, no tools beyond the minimal system, virtio and SATA disks that each carry something else. */
const oddStrings: QemuProfile = {
  system: { suite: "bookworm", tools: ["fdisk"] },
  async disks(folder) {
    for (const id of ["empty", "swap", "ext4", "parts"]) blank(join(folder, id), 128);
    blank(join(folder, "osd"), 128, "bluestore block device\n5f3c1f0e-9b7e-4d5a-8f6e-0d1c2b3a4958\n");
    blank(join(folder, "strange"), 128, "a data base of our own making\n");
    await execa("mkswap", ["-L", "swap0", join(folder, "swap")]);
    await execa("mke2fs", ["-q", "-t", "ext4", "-L", "old data", join(folder, "ext4")]);
  },
  machine: (folder) => [
    ...["-machine", "pc", "-smp", "2"],
    ...[
      "-smbios",
      "type=1,manufacturer=To be filled by O.E.M.,product=System Product Name,serial= ,uuid=03000200-0400-0500-0006-000700080009",
    ],
    ...["-smbios", "type=3,asset=Default string"],
    ...["-smbios", "type=17,manufacturer=Not Specified,part=Unknown"],
    ...drive(folder, "empty", "virtio-blk-pci,serial=VIRT-EMPTY-1"),
    ...drive(folder, "swap", "virtio-blk-pci,serial=VIRT-SWAP-2"),
    ...drive(folder, "ext4", "virtio-blk-pci"),
    ...drive(folder, "parts", "ide-hd,serial=SATA-PARTS-4,model=NW SATA SSD 128"),
    ...["-device", "virtio-scsi-pci,id=vs"],
    ...drive(folder, "osd", "scsi-hd,bus=vs.0,serial=VSCSI-OSD-5"),
    ...drive(folder, "strange", "scsi-hd,bus=vs.0,serial=VSCSI-ODD-6"),
    ...["-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0,mac=52:54:00:bb:01:01"],
  ],
  prepare: `exec 3>&1 >/dev/null 2>&1
swapon /dev/disk/by-label/swap0
printf '%s\\n' 'label: gpt' 'size=32MiB, type=U' 'size=64MiB, type=L' | sfdisk /dev/disk/by-id/ata-*SATA-PARTS-4
udevadm settle
exec >&3 2>/dev/null`,
};

export const qemuProfiles: Readonly<Record<string, QemuProfile>> = {
  "two-sockets": twoSockets,
  "odd-strings": oddStrings,
};
