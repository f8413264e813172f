import { createHash, randomBytes } from "node:crypto";
import { access, cp, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type AptSource, renderDeb822 } from "./apt-sources.ts";
import type { MachineSettings } from "./machine.ts";
import { mountsBelow } from "./mounts.ts";
import type { LabOs } from "./profile.ts";
import type { CommandRunner } from "./runner.ts";
import { LAB_CACHE } from "./state.ts";

/** Counts up whenever what this file does to an image changes, so that older cached images are not used. */
const RECIPE = 2;

/** What a Debian server has after a minimal installation, plus libfaketime, which `skew-clock` needs. */
const PACKAGES = [
  ...["systemd", "systemd-sysv", "libpam-systemd", "systemd-timesyncd", "dbus", "udev", "openssh-server"],
  ...["python3", "python3-apt", "sudo", "ca-certificates", "netbase", "iproute2", "iputils-ping"],
  ...["procps", "util-linux", "fdisk", "e2fsprogs", "kmod", "pciutils", "cron", "logrotate", "less"],
  "libfaketime",
];

/** People who may sign in: `admin` gives a password for sudo, `ops` does not. */
const LAB_USERS = ["admin", "ops"] as const;

/**
 * The directory of a Debian root for `os`, built by mmdebstrap unless one made of the same things is cached.
 * An image that was cut off while being built is never used.
 */
export async function ensureImage(
  os: LabOs,
  machine: MachineSettings,
  runner: CommandRunner,
  onBuild: () => void,
): Promise<string> {
  const sources = machine.sources(os);
  const made = { RECIPE, os, PACKAGES, sources, settings: machine.aptSettings, certificates: machine.certificates };
  const hash = createHash("sha256").update(JSON.stringify(made)).digest("hex").slice(0, 12);
  const image = join(LAB_CACHE, "images", `${os}-${hash}`);
  if (await isThere(image)) return image;
  onBuild();
  await removeUnfinished(dirname(image));
  const unfinished = `${image}.${randomBytes(4).toString("hex")}.new`;
  try {
    await bootstrap(os, sources, machine, unfinished, runner);
    await furnishImage(sources, machine, unfinished, runner);
    // Two labs may build the same image at once; the second one finds the name taken and uses the first one's.
    await rename(unfinished, image).catch(async (error: unknown) => {
      if (!(await isThere(image))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    for (const extra of ["sources", "conf"]) await rm(`${unfinished}.${extra}`, { force: true });
  }
  return image;
}

// What a bootstrap that was killed left behind; a younger one may be at work in another process.
async function removeUnfinished(directory: string): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (!/\.new(\.sources|\.conf)?$/.test(name) || Date.now() - (await stat(path)).mtimeMs < 3_600_000) continue;
    if ((await mountsBelow(path)).length === 0) await rm(path, { recursive: true, force: true });
  }
}

async function bootstrap(
  os: LabOs,
  sources: readonly AptSource[],
  machine: MachineSettings,
  target: string,
  runner: CommandRunner,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const sourcesFile = `${target}.sources`;
  await writeFile(sourcesFile, renderDeb822(sources));
  // In a file, as a proxy's address may hold a password.
  const settingsFile = `${target}.conf`;
  await writeFile(settingsFile, `${machine.aptSettings.join("\n")}\n`, { mode: 0o600 });
  await runner.run(
    "mmdebstrap",
    [
      ...["--variant=minbase", "--format=directory", "--mode=root"],
      `--include=${PACKAGES.join(",")}`,
      `--aptopt=${settingsFile}`,
      // The package lists stay, as on a server that was just installed.
      "--skip=cleanup/apt/lists",
      ...[os, target, sourcesFile],
    ],
    { environment: { TMPDIR: "/var/tmp" } },
  );
}

async function furnishImage(
  sources: readonly AptSource[],
  machine: MachineSettings,
  image: string,
  runner: CommandRunner,
): Promise<void> {
  const path = (...parts: string[]) => join(image, ...parts);
  await rm(path("etc/apt/sources.list"), { force: true });
  await rm(path("etc/apt/sources.list.d"), { recursive: true, force: true });
  await mkdir(path("etc/apt/sources.list.d"), { recursive: true });
  await writeFile(path("etc/apt/sources.list.d/debian.sources"), renderDeb822(sources));
  await copyKeyRings(sources, image);
  await rm(path("etc/apt/apt.conf.d/99mmdebstrap"), { force: true });
  if (machine.aptSettings.length > 0) {
    await writeFile(path("etc/apt/apt.conf.d/90lab-machine"), `${machine.aptSettings.join("\n")}\n`);
  }
  await writeFile(path("etc/default/locale"), "LANG=C.UTF-8\n");
  for (const { name, pem } of machine.certificates) {
    await writeFile(path("usr/local/share/ca-certificates", name), pem);
  }
  await runner.run("chroot", [image, "update-ca-certificates"]);
  if (machine.certificates.length > 0) await trustBundle(image);
  for (const user of LAB_USERS) {
    await runner.run("chroot", [image, "useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", user]);
  }
  await writeFile(path("etc/sudoers.d/ops"), "ops ALL=(ALL:ALL) NOPASSWD: ALL\n", { mode: 0o440 });
  await runner.run("chroot", [image, "systemctl", "enable", "systemd-networkd.service"]);
  await runner.run("find", [path("etc/ssh"), "-name", "ssh_host_*", "-delete"]);
  for (const file of ["etc/hostname", "etc/resolv.conf", "etc/machine-id", "var/lib/dbus/machine-id"]) {
    await rm(path(file), { force: true });
  }
}

// A private archive's own key ring; Debian's comes with the package debian-archive-keyring.
async function copyKeyRings(sources: readonly AptSource[], image: string): Promise<void> {
  for (const { signedBy } of sources) {
    if (signedBy === undefined || !signedBy.startsWith("/")) continue;
    const target = join(image, signedBy);
    if (await isThere(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    await cp(signedBy, target);
  }
}

// Python and Node bring their own list of certificates and have to be told.
async function trustBundle(image: string): Promise<void> {
  const bundle = "/etc/ssl/certs/ca-certificates.crt";
  const variables = ["PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"].map((name) => `${name}=${bundle}\n`);
  await writeFile(join(image, "etc/environment"), variables.join(""));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
