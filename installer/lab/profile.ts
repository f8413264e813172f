import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import ipaddr from "ipaddr.js";
import { type Static, Type } from "typebox";
import { readFileIfThere } from "#inventory/kernel/files.ts";
import { schemaProblems } from "#inventory/kernel/schema.ts";
import { loadYaml } from "#inventory/kernel/yaml.ts";
import { labErrors } from "./errors.ts";

/** Contents a lab disk can be given, so that "never touch a disk with anything on it" can be tried. */
export const DISK_SIGNATURES = ["ext4", "swap", "gpt", "lvm", "ceph-bluestore", "unknown-data"] as const;
export type DiskSignature = (typeof DISK_SIGNATURES)[number];

const SIZE_PATTERN = "^[1-9][0-9]{0,5}[MGT]$";
const NAME_PATTERN = "^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$";

const closed = { additionalProperties: false } as const;

const labDiskProfileSchema = Type.Object(
  {
    size: Type.String({
      pattern: SIZE_PATTERN,
      description: "Size in binary units, as in 512M, 20G, 8T. The disk is a sparse file: it takes space when written.",
    }),
    signature: Type.Optional(
      Type.Union(
        DISK_SIGNATURES.map((signature) => Type.Literal(signature)),
        { description: "What lies on the disk at first. Nothing unless given." },
      ),
    ),
  },
  closed,
);

const labHostProfileSchema = Type.Object(
  {
    name: Type.String({ pattern: NAME_PATTERN, description: "Host name, unique in the lab." }),
    os: Type.Union([Type.Literal("trixie"), Type.Literal("bookworm")], {
      description: "Debian release: trixie (13) or bookworm (12).",
    }),
    memory: Type.Optional(Type.String({ pattern: SIZE_PATTERN, description: "Memory limit, 2G unless given." })),
    cpus: Type.Optional(
      Type.Number({ minimum: 0.1, maximum: 256, description: "Processor time limit in CPUs; none unless given." }),
    ),
    rootSize: Type.Optional(
      Type.String({ pattern: SIZE_PATTERN, description: "What the host can write to its root, 10G unless given." }),
    ),
    role: Type.Optional(Type.String({ description: "A hint for people and tests. The host itself is not told." })),
    disks: Type.Optional(Type.Array(labDiskProfileSchema, { maxItems: 64, description: "Disks beside the root." })),
  },
  closed,
);

const labProfileSchema = Type.Object(
  {
    name: Type.String({
      pattern: NAME_PATTERN,
      description: "Name of the lab: at most 20 letters, digits and dashes.",
    }),
    subnet: Type.String({
      description: "IPv4 network of the lab, /16 to /28. The machine gets its first address, the hosts start at .11.",
    }),
    hosts: Type.Array(labHostProfileSchema, { minItems: 1, maxItems: 99, description: "The servers." }),
  },
  closed,
);

type LabHostProfile = Static<typeof labHostProfileSchema>;
export type LabProfile = Static<typeof labProfileSchema>;
export type LabOs = LabHostProfile["os"];

const PROFILES = join(import.meta.dirname, "profiles");
const FIRST_HOST = 11;

/**
 * The profile called `nameOrPath`: one that ships with bdap (`demo`, `tiny`) or a YAML file.
 * Rejects with `LAB_PROFILE_UNKNOWN`, `LAB_PROFILE_INVALID` or `KERNEL_YAML_UNPARSABLE`.
 */
export async function loadLabProfile(nameOrPath: string): Promise<LabProfile> {
  const isPath = nameOrPath.includes("/") || /\.ya?ml$/.test(nameOrPath);
  const path = isPath ? nameOrPath : join(PROFILES, `${nameOrPath}.yml`);
  const text = await readFileIfThere(path);
  if (text === undefined) throw labErrors.profileUnknown(nameOrPath, await shippedProfiles());
  return parseLabProfile(text, path);
}

/** Names of the profiles that ship with bdap. */
export async function shippedProfiles(): Promise<string[]> {
  const files = await readdir(PROFILES);
  return files.filter((file) => file.endsWith(".yml")).map((file) => basename(file, ".yml"));
}

/** A profile from YAML text, checked whole. Throws `LAB_PROFILE_INVALID` naming the place. */
export function parseLabProfile(text: string, source: string): LabProfile {
  const value = loadYaml(text, source);
  const problems = schemaProblems(labProfileSchema, value);
  if (problems.length > 0) {
    const list = problems.map((problem) => `${problem.path || "(top)"}: ${problem.message}`).join("; ");
    throw labErrors.profileInvalid(source, list);
  }
  const profile = value as LabProfile;
  checkProfile(profile, source);
  return profile;
}

/** `profile` under another name or subnet. Throws `LAB_NAME_INVALID` or `LAB_PROFILE_INVALID`. */
export function withOverrides(profile: LabProfile, overrides: { name?: string; subnet?: string }): LabProfile {
  const changed = {
    ...profile,
    ...(overrides.name === undefined ? {} : { name: overrides.name }),
    ...(overrides.subnet === undefined ? {} : { subnet: overrides.subnet }),
  };
  if (!isLabName(changed.name)) throw labErrors.nameInvalid(changed.name);
  checkProfile(changed, "lab profile");
  return changed;
}

/** Whether `name` can be the name of a lab or a host. */
export function isLabName(name: string): boolean {
  return new RegExp(NAME_PATTERN).test(name);
}

/** Bytes in a size such as `512M`, `20G`, `8T` (binary units). */
export function bytesOf(size: string): number {
  const factors: Readonly<Record<string, number>> = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
  return Number(size.slice(0, -1)) * (factors[size.slice(-1)] ?? Number.NaN);
}

export interface LabAddresses {
  /** Normalised: the network's own address and its prefix length. */
  readonly subnet: string;
  readonly prefixLength: number;
  readonly gateway: string;
  /** One address per host, in order. */
  readonly hosts: readonly string[];
}

/** The addresses of a lab of `count` hosts in `subnet`; undefined when it is no IPv4 network or too small. */
export function labAddresses(subnet: string, count: number): LabAddresses | undefined {
  if (!ipaddr.IPv4.isValidCIDR(subnet)) return undefined;
  const [address, prefixLength] = ipaddr.IPv4.parseCIDR(subnet);
  if (prefixLength < 16 || prefixLength > 28) return undefined;
  const network = toNumber(ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefixLength}`));
  const last = network + 2 ** (32 - prefixLength) - 2;
  if (network + FIRST_HOST + count - 1 > last) return undefined;
  return {
    subnet: `${toAddress(network)}/${prefixLength}`,
    prefixLength,
    gateway: toAddress(network + 1),
    hosts: Array.from({ length: count }, (_, index) => toAddress(network + FIRST_HOST + index)),
  };
}

function checkProfile(profile: LabProfile, source: string): void {
  const names = profile.hosts.map((host) => host.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw labErrors.profileInvalid(source, `two hosts are called "${twice}"`);
  if (labAddresses(profile.subnet, names.length) === undefined) {
    const problem = `subnet "${profile.subnet}" is not an IPv4 network of /16 to /28 with room for ${names.length} hosts from .11 on`;
    throw labErrors.profileInvalid(source, problem);
  }
}

function toNumber(address: ipaddr.IPv4): number {
  return address.octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
