import { randomBytes } from "node:crypto";
import { access, chmod, chown, mkdir, open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import type { MachineSettings } from "./machine.ts";
import { mountsBelow } from "./mounts.ts";
import { PACKAGE_CACHE_PORT, packageProxyScript } from "./package-cache/package-cache.ts";
import type { CommandRunner } from "./runner.ts";
import type { LabHost, LabState } from "./state.ts";

/** Where the host's root file system is mounted on the machine. */
export function rootOf(host: LabHost): string {
  return join(host.directory, "root");
}

/**
 * Mounts the host's root: the image below, a file system of its own above, so that a full disk is this host's alone.
 * What makes the host itself (name, keys, addresses) is written once, when the root is new.
 */
export async function ensureRoot(
  lab: LabState,
  host: LabHost,
  image: string,
  machine: MachineSettings,
  runner: CommandRunner,
): Promise<void> {
  const writable = join(host.directory, "writable");
  const file = join(host.directory, "root.img");
  const mounted = await mountsBelow(host.directory);
  if (!(await isThere(file))) await makeFileSystem(file, host.rootBytes, runner);
  await mkdir(writable, { recursive: true });
  await mkdir(rootOf(host), { recursive: true });
  if (!mounted.includes(writable)) await runner.run("mount", ["-o", "loop,discard", file, writable]);
  // Once made, a root stays on the image it was made on, whatever image a new host would get.
  const record = join(writable, "image");
  const before = (await readFileIfThere(record))?.trim();
  if (!mounted.includes(rootOf(host))) await mountOverlay(host, writable, before ?? image, runner);
  if (before !== undefined) return;
  await furnish(lab, host, machine, runner);
  await writeFileDurably(record, `${image}\n`);
}

async function makeFileSystem(file: string, bytes: number, runner: CommandRunner): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, "w", 0o600);
  await handle.truncate(bytes);
  await handle.close();
  // No blocks kept back for root: when the disk is full it is full for everyone.
  await runner.run("mkfs.ext4", ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", unfinished]);
  await runner.run("mv", ["--", unfinished, file]);
}

async function mountOverlay(host: LabHost, writable: string, image: string, runner: CommandRunner): Promise<void> {
  const [upper, work] = [join(writable, "upper"), join(writable, "work")];
  await mkdir(upper, { recursive: true });
  await mkdir(work, { recursive: true });
  await runner.run("mount", [
    ...["-t", "overlay", "-o", `lowerdir=${image},upperdir=${upper},workdir=${work}`],
    ...["overlay", rootOf(host)],
  ]);
}

async function furnish(lab: LabState, host: LabHost, machine: MachineSettings, runner: CommandRunner): Promise<void> {
  const root = rootOf(host);
  const write = (path: string, text: string, mode = 0o644) => writeFile(join(root, path), text, { mode });
  await write("etc/hostname", `${host.name}\n`);
  await write(
    "etc/hosts",
    `127.0.0.1\tlocalhost\n127.0.1.1\t${host.name}\n::1\tlocalhost ip6-localhost ip6-loopback\n`,
  );
  await write("etc/machine-id", `${randomBytes(16).toString("hex")}\n`, 0o444);
  await write("etc/resolv.conf", machine.resolvConf);
  await write(
    "etc/apt/apt.conf.d/00lab-package-cache",
    // Translated descriptions are most of what an update fetches, and nobody in a lab reads them.
    'Acquire::http::Proxy-Auto-Detect "/usr/local/sbin/lab-apt-proxy";\nAcquire::Languages "none";\n',
  );
  const mirrors = machine.sources(host.os).map((source) => new URL(source.uri).hostname);
  const proxy = { gateway: lab.gateway, port: PACKAGE_CACHE_PORT, hosts: mirrors, otherwise: machine.httpProxy };
  await write("usr/local/sbin/lab-apt-proxy", packageProxyScript(proxy), 0o755);
  // It must sort before systemd's own 80-container-host0.network, which would wait for DHCP.
  await write(
    "etc/systemd/network/10-host0.network",
    `[Match]\nName=host0\n\n[Network]\nAddress=${host.address}/${lab.prefixLength}\nGateway=${lab.gateway}\n`,
  );
  await writeHostKeys(root, host, runner);
  await authoriseUsers(lab, root, runner);
}

async function writeHostKeys(root: string, host: LabHost, runner: CommandRunner): Promise<void> {
  for (const type of ["ed25519", "ecdsa"]) {
    const file = join(root, "etc/ssh", `ssh_host_${type}_key`);
    // "y": an earlier start may have been cut off here.
    const arguments_ = ["-q", "-t", type, "-N", "", "-C", `root@${host.name}`, "-f", file];
    await runner.run("ssh-keygen", arguments_, { input: "y\n" });
  }
}

async function authoriseUsers(lab: LabState, root: string, runner: CommandRunner): Promise<void> {
  const key = await readFile(`${lab.keyFile}.pub`, "utf8");
  const password = (await readFile(lab.adminPasswordFile, "utf8")).trim();
  const users = await usersOf(root);
  for (const { uid, gid, home } of users) {
    const directory = join(root, home, ".ssh");
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await writeFile(join(directory, "authorized_keys"), key, { mode: 0o600 });
    await chmod(directory, 0o700);
    for (const path of [directory, join(directory, "authorized_keys")]) await chown(path, uid, gid);
  }
  await runner.run("chroot", [root, "chpasswd"], { input: `admin:${password}\n` });
}

async function usersOf(root: string): Promise<{ uid: number; gid: number; home: string }[]> {
  const lines = (await readFile(join(root, "etc/passwd"), "utf8")).split("\n").map((line) => line.split(":"));
  return lines
    .filter(([name]) => name === "root" || name === "admin" || name === "ops")
    .map(([, , uid, gid, , home]) => ({ uid: Number(uid), gid: Number(gid), home: home ?? "" }));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
