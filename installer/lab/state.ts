import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { labErrors } from "./errors.ts";
import { bytesOf, type DiskSignature, isLabName, type LabOs, type LabProfile, labAddresses } from "./profile.ts";

/** Where the labs of this machine live, one directory each. */
export const LAB_ROOT = "/var/lib/bdap-lab";
/** Images and packages kept between labs. May be removed at any time while no lab is up. */
export const LAB_CACHE = "/var/cache/bdap-lab";

export type LabHostStatus = "off" | "starting" | "running" | "degraded";

export interface LabDisk {
  /** Serial number, as read from `/dev/disk/by-id/bdap-lab-<serial>` in the host. Stable for the life of the lab. */
  readonly serial: string;
  readonly bytes: number;
  readonly signature?: DiskSignature;
  readonly file: string;
  /** `/dev/loopN`, the same in the host and on the machine; absent while it is not attached. */
  readonly device?: string;
}

export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly os: LabOs;
  readonly role?: string;
  readonly status: LabHostStatus;
  /** Process of systemd-nspawn on the machine, while the host runs. */
  readonly pid?: number;
  readonly memoryBytes: number;
  readonly cpus?: number;
  readonly rootBytes: number;
  readonly disks: readonly LabDisk[];
  /** Directory on the machine with its root, disks and console.log. */
  readonly directory: string;
  /** Name of its network interface on the machine. */
  readonly link: string;
  /** Name of the container for systemd-nspawn. */
  readonly machine: string;
}

/** Everything about one lab; `state.json` in its directory. A promise to tests and scripts. */
export interface LabState {
  readonly version: 1;
  readonly name: string;
  readonly subnet: string;
  readonly prefixLength: number;
  readonly bridge: string;
  readonly gateway: string;
  readonly directory: string;
  /** OpenSSH private key (ed25519) that root, admin and ops of every host accept. */
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** Holds the password of `admin`, who needs it for sudo; `ops` needs none. */
  readonly adminPasswordFile: string;
  readonly hosts: readonly LabHost[];
}

const DEFAULT_MEMORY = "2G";
const DEFAULT_ROOT = "10G";

/** Six hexadecimal digits by which everything of a lab on the machine is known; interface names are short. */
export function labId(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 6);
}

/**
 * The names of what a lab owns on the machine. Removal looks for these names and for nothing else.
 * Throws `LAB_NAME_INVALID`: a name becomes part of paths that are removed.
 */
export function labNames(name: string) {
  if (!isLabName(name)) throw labErrors.nameInvalid(name);
  const id = labId(name);
  return {
    directory: join(LAB_ROOT, name),
    bridge: `bdl${id}`,
    /** Containers are `<this>NN`; nspawn names their interfaces `vb-<container>`, 15 characters, the kernel's limit. */
    machinePrefix: `bdl${id}-`,
    linkPrefix: `vb-bdl${id}-`,
    table: `bdap_lab_${id}`,
    controlGroup: `bdap-lab-${name}`,
  };
}

/** The lab that `profile` describes, nothing of it made yet. */
export function plannedState(profile: LabProfile): LabState {
  const names = labNames(profile.name);
  const addresses = labAddresses(profile.subnet, profile.hosts.length);
  if (addresses === undefined) throw labErrors.profileInvalid("lab profile", `subnet "${profile.subnet}" does not fit`);
  return {
    version: 1,
    name: profile.name,
    subnet: addresses.subnet,
    prefixLength: addresses.prefixLength,
    bridge: names.bridge,
    gateway: addresses.gateway,
    directory: names.directory,
    keyFile: join(names.directory, "id_ed25519"),
    knownHostsFile: join(names.directory, "known_hosts"),
    adminPasswordFile: join(names.directory, "admin-password"),
    hosts: profile.hosts.map((host, index) => {
      const directory = join(names.directory, "hosts", host.name);
      const machine = `${names.machinePrefix}${String(index + 1).padStart(2, "0")}`;
      return {
        name: host.name,
        address: addresses.hosts[index] ?? "",
        os: host.os,
        ...(host.role === undefined ? {} : { role: host.role }),
        status: "off",
        memoryBytes: bytesOf(host.memory ?? DEFAULT_MEMORY),
        ...(host.cpus === undefined ? {} : { cpus: host.cpus }),
        rootBytes: bytesOf(host.rootSize ?? DEFAULT_ROOT),
        disks: (host.disks ?? []).map((disk, position) => ({
          serial: serialOf(profile.name, host.name, position),
          bytes: bytesOf(disk.size),
          ...(disk.signature === undefined ? {} : { signature: disk.signature }),
          file: join(directory, "disks", `${position}.img`),
        })),
        directory,
        link: `vb-${machine}`,
        machine,
      };
    }),
  };
}

/** In words, how the lab that is there differs from the one that is wanted; undefined when it does not. */
export function differenceBetween(before: LabState, wanted: LabState): string | undefined {
  if (before.subnet !== wanted.subnet) return `it has subnet ${before.subnet}, not ${wanted.subnet}`;
  const names = (state: LabState) => state.hosts.map((host) => host.name).join(", ");
  if (names(before) !== names(wanted)) return `it has hosts ${names(before)}, not ${names(wanted)}`;
  const [was, is] = [before.hosts.map(asDescribed), wanted.hosts.map(asDescribed)];
  const differs = before.hosts.find((_, index) => was[index] !== is[index]);
  return differs === undefined ? undefined : `${differs.name} has another system, role, size or disks`;
}

function asDescribed(host: LabHost): string {
  const disks = host.disks.map((disk) => [disk.bytes, disk.signature]);
  return JSON.stringify([host.os, host.role, host.memoryBytes, host.cpus, host.rootBytes, disks]);
}

/** Writes the state so that it survives a crash. */
export async function saveState(state: LabState): Promise<void> {
  await writeFileDurably(join(state.directory, "state.json"), `${JSON.stringify(state, undefined, 2)}\n`);
}

/** The state of lab `name` as last written; undefined when there is none or it cannot be read. */
export async function readState(name: string): Promise<LabState | undefined> {
  const text = await readFileIfThere(join(labNames(name).directory, "state.json"));
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Names of all labs with a directory on this machine, half-made ones too. */
export async function labDirectories(): Promise<string[]> {
  try {
    const entries = await readdir(LAB_ROOT, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() && isLabName(entry.name)).map((entry) => entry.name);
  } catch {
    return [];
  }
}

function serialOf(lab: string, host: string, position: number): string {
  const digest = createHash("sha256").update(`${lab}/${host}/${position}`).digest("hex");
  return `BDL${digest.slice(0, 10).toUpperCase()}`;
}

function isState(value: unknown): value is LabState {
  return typeof value === "object" && value !== null && "version" in value && value.version === 1 && "hosts" in value;
}
