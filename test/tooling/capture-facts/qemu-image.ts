import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";

export const CACHE = join(tmpdir(), "bdap-capture-facts");

/** A Debian release and the tools that its machine has beside the minimal system. */
export interface GuestSystem {
  readonly suite: "bookworm" | "trixie";
  readonly tools: readonly string[];
}

/** Files to boot a guest from. */
export interface GuestImage {
  readonly kernel: string;
  readonly initrd: string;
  readonly root: string;
}

const MINIMAL = ["linux-image-amd64", "systemd-sysv", "udev", "dbus", "iproute2", "initramfs-tools", "zstd"];

/** Runs once the guest is up; the sections come in through QEMU's fw_cfg and leave through the second serial port. */
const UNIT = `[Unit]
After=multi-user.target systemd-udev-settle.service network.target
Wants=systemd-udev-settle.service
[Service]
Type=oneshot
TimeoutStartSec=600
ExecStartPre=-/usr/sbin/modprobe qemu_fw_cfg
ExecStart=/bin/sh -c 'stty -F /dev/ttyS1 raw; sh /sys/firmware/qemu_fw_cfg/by_name/opt/bdap/sections/raw >/dev/ttyS1; sleep 1; systemctl poweroff -ff'
[Install]
WantedBy=graphical.target multi-user.target
`;

const NETWORK = `[Match]
Name=en* eth*
[Network]
DHCP=ipv4
LinkLocalAddressing=ipv6
`;

/** The image of `system`, made by mmdebstrap the first time (about two minutes) and kept in the temporary directory. */
export async function guestImage(system: GuestSystem): Promise<GuestImage> {
  const name = [system.suite, ...system.tools].join("-").slice(0, 100);
  const folder = join(CACHE, name);
  if (!existsSync(folder)) {
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    await makeImage(system, draft);
    renameSync(draft, folder);
  }
  return { kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd.img"), root: join(folder, "root.ext4") };
}

async function makeImage(system: GuestSystem, folder: string): Promise<void> {
  const root = join(folder, "root");
  const packages = [...MINIMAL, ...system.tools].join(",");
  const words = ["--variant=minbase", "--mode=root", `--include=${packages}`, system.suite, root];
  await execa("mmdebstrap", [...words, await mirror()], { timeout: 900_000 });
  writeFileSync(join(root, "etc/systemd/system/capture.service"), UNIT);
  mkdirSync(join(root, "etc/systemd/system/graphical.target.wants"), { recursive: true });
  writeFileSync(join(root, "etc/systemd/network/10-guest.network"), NETWORK);
  writeFileSync(join(root, "etc/hostname"), "node07\n");
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n10.0.2.15 node07.site.example node07\n");
  writeFileSync(join(root, "etc/fstab"), "/dev/vda / ext4 defaults 0 1\n");
  await execa("chroot", [root, "systemctl", "enable", "capture.service", "systemd-networkd.service"], {
    timeout: 60_000,
  });
  const boot = readdirSync(join(root, "boot"));
  for (const [prefix, target] of [
    ["vmlinuz-", "vmlinuz"],
    ["initrd.img-", "initrd.img"],
  ] as const) {
    const file = boot.find((entry) => entry.startsWith(prefix));
    if (file === undefined) throw new Error(`no ${prefix}* in the guest's /boot`);
    renameSync(join(root, "boot", file), join(folder, target));
  }
  await execa("mke2fs", ["-q", "-t", "ext4", "-d", root, join(folder, "root.ext4"), "1500M"], { timeout: 300_000 });
  rmSync(root, { recursive: true, force: true });
}

/** The mirror this machine itself installs from. */
async function mirror(): Promise<string> {
  const { stdout } = await execa("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const first = stdout.split("\n").find((line) => line.endsWith("/debian/") || line.endsWith("/debian"));
  if (first === undefined) throw new Error("no Debian mirror in this machine's package sources");
  return first;
}
