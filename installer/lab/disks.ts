import { access, mkdir, open, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writeSignature } from "./disk-signatures.ts";
import type { CommandRunner } from "./runner.ts";
import type { LabDisk, LabHost } from "./state.ts";

/** A loop device of the machine and the file behind it. */
export interface LoopDevice {
  readonly device: string;
  readonly file: string;
}

/** Makes the host's disks where they are missing and attaches them; the disks with their device. */
export async function ensureDisks(host: LabHost, runner: CommandRunner): Promise<LabDisk[]> {
  const disks: LabDisk[] = [];
  for (const disk of host.disks) {
    await ensureDiskFile(disk, runner);
    disks.push({ ...disk, device: await attach(disk.file, runner) });
  }
  await writeByIdLinks(host.directory, disks);
  return disks;
}

/** The directory on the machine that a host sees as /dev/disk. There is no udev in a container to make it. */
export function byIdParent(hostDirectory: string): string {
  return join(hostDirectory, "dev-disk");
}

/** Loop devices whose file lies in `directory`, those of removed files too. */
export async function loopDevicesBelow(directory: string, runner: CommandRunner): Promise<LoopDevice[]> {
  const { stdout } = await runner.run("losetup", ["--list", "--json", "--output", "NAME,BACK-FILE"]);
  return parseLoopDevices(stdout).filter((loop) => loop.file.startsWith(`${directory}/`));
}

/** Loop devices from the output of `losetup --list --json --output NAME,BACK-FILE` (empty when there is none). */
export function parseLoopDevices(output: string): LoopDevice[] {
  if (output.trim() === "") return [];
  const value: unknown = JSON.parse(output);
  const list = typeof value === "object" && value !== null && "loopdevices" in value ? value.loopdevices : [];
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: { name?: unknown; "back-file"?: unknown }) => {
    const file = entry["back-file"];
    if (typeof entry.name !== "string" || typeof file !== "string") return [];
    return [{ device: entry.name, file: file.replace(/ \(deleted\)$/, "") }];
  });
}

async function ensureDiskFile(disk: LabDisk, runner: CommandRunner): Promise<void> {
  const there = await access(disk.file).then(
    () => true,
    () => false,
  );
  if (there) return;
  await mkdir(dirname(disk.file), { recursive: true, mode: 0o700 });
  // Under another name until it is complete: a disk that was to have something on it must not be taken for an empty one.
  const unfinished = `${disk.file}.new`;
  const file = await open(unfinished, "w", 0o600);
  try {
    await file.truncate(disk.bytes);
    if (disk.signature !== undefined) await writeSignature(disk.signature, file, unfinished, runner);
  } finally {
    await file.close();
  }
  await runner.run("mv", ["--", unfinished, disk.file]);
}

async function attach(file: string, runner: CommandRunner): Promise<string> {
  const attached = (await loopDevicesBelow(dirname(file), runner)).find((loop) => loop.file === file);
  if (attached !== undefined) return attached.device;
  const { stdout } = await runner.run("losetup", ["--find", "--show", "--nooverlap", file]);
  return stdout.trim();
}

async function writeByIdLinks(hostDirectory: string, disks: readonly LabDisk[]): Promise<void> {
  const directory = join(byIdParent(hostDirectory), "by-id");
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  for (const disk of disks) {
    if (disk.device === undefined) continue;
    await symlink(`../../${basename(disk.device)}`, join(directory, `bdap-lab-${disk.serial}`));
  }
}
