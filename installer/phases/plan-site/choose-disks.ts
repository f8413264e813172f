import type { Disk } from "#inventory/schema/facts.ts";
import type { Finding, Plan, PlannedDisk } from "#inventory/schema/plan.ts";
import type { Site, WipePermission } from "#inventory/schema/site.ts";
import { isGranted, type UsedWipe, wipePhrase } from "#inventory/site-directory/wipes.ts";
import type { NamedServer } from "../classify-servers/classify-servers.ts";
import { contentsOf, dataDisks, diskKind, isSystemDisk, isUsableEmpty } from "../classify-servers/disks.ts";
import { counted } from "../classify-servers/units.ts";
import { compareText, finding } from "./findings.ts";
import { isCalled } from "./name-servers.ts";

type UntouchedDisk = Plan["untouchedDisks"][number];

export interface DiskChoice {
  readonly disks: PlannedDisk[];
  readonly untouched: UntouchedDisk[];
  readonly findings: Finding[];
}

/** A storage node as far as its disks are concerned. */
export interface DiskOwner {
  readonly server: NamedServer;
  readonly storage: boolean;
  readonly adopted: boolean;
}

/**
 * Which disks the site takes: on storage nodes, those known to be empty; on adopted ones, none of its own accord. A disk with
 * anything on it, or of which that is not known, is taken only by a permission that names its serial with the exact phrase and
 * was never used; never while it is in use, and never the system's.
 */
export function chooseDisks(owners: readonly DiskOwner[], site: Site, used: readonly UsedWipe[]): DiskChoice {
  const findings = permissionFindings(owners, site, used);
  const repeated = repeatedSerials(owners, site);
  const disks: PlannedDisk[] = [];
  const untouched: UntouchedDisk[] = [];
  for (const owner of owners) {
    const host = owner.server.name;
    for (const disk of dataDisks(owner.server.facts)) {
      const refused = whyNot(disk, owner, site, used, repeated);
      if (refused === undefined && disk.serial !== null) disks.push(plannedDisk(disk, disk.serial, host));
      else untouched.push({ host, path: disk.path, serial: disk.serial, why: refused ?? "it has no serial number" });
    }
  }
  findings.push(...repeatedFindings(repeated), ...stateFindings(owners, disks, untouched));
  const order = (a: { host: string; path: string }, b: { host: string; path: string }) =>
    compareText(a.host, b.host) || compareText(a.path, b.path);
  return { disks: disks.sort(order), untouched: untouched.sort(order), findings };
}

/** Why a data disk is left alone, in words; undefined when the site takes it. */
function whyNot(
  disk: Disk,
  owner: DiskOwner,
  site: Site,
  used: readonly UsedWipe[],
  repeated: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (!owner.storage) return "not a storage node";
  if (disk.serial === null) return "it has no serial number, so it cannot be named";
  if (site.disks?.exclude?.includes(disk.serial) === true) return "excluded in site.yml";
  if (repeated.has(disk.serial)) return "another disk has the same serial number";
  if (disk.smart.verdict === "failed")
    return `it is failing${disk.smart.reason === null ? "" : `: ${disk.smart.reason}`}`;
  if (disk.inUse === true) return `in use: ${contentsOf(disk).join(", ") || "by a program"}`;
  if (permissionFor(disk.serial, owner, site, used) !== undefined) return undefined;
  if (!isUsableEmpty(disk)) {
    const contents = contentsOf(disk);
    return contents.length > 0 ? `not empty: ${contents.join(", ")}` : "whether it is empty is not known";
  }
  return owner.adopted ? "the server is adopted" : undefined;
}

function permissionFor(
  serial: string,
  owner: DiskOwner,
  site: Site,
  used: readonly UsedWipe[],
): WipePermission | undefined {
  if (used.some((one) => one.serial === serial)) return undefined;
  return permissionsOf(site).find((one) => one.serial === serial && one.server === owner.server.name && isGranted(one));
}

function permissionsOf(site: Site): readonly WipePermission[] {
  return site.disks?.wipe ?? [];
}

function plannedDisk(disk: Disk, serial: string, host: string): PlannedDisk {
  const wipe = !isUsableEmpty(disk);
  const contents = contentsOf(disk);
  return {
    host,
    serial,
    byId: disk.byId.toSorted(compareText)[0] ?? null,
    path: disk.path,
    model: disk.model,
    sizeBytes: disk.sizeBytes ?? 0,
    kind: diskKind(disk),
    wipe,
    destroys: wipe && contents.length === 0 ? ["what is on it is not known"] : wipe ? contents : [],
  };
}

/** What is wrong with the permissions and exclusions a person wrote. */
function permissionFindings(owners: readonly DiskOwner[], site: Site, used: readonly UsedWipe[]): Finding[] {
  const findings = permissionsOf(site).flatMap((permission) => judgePermission(permission, owners, used));
  const serials = new Set(owners.flatMap((owner) => allDisks(owner).map((disk) => disk.serial)));
  for (const serial of site.disks?.exclude ?? []) {
    if (serials.has(serial)) continue;
    findings.push(
      finding(
        "warning",
        "PLAN_DISK_UNKNOWN_SERIAL",
        `No server has the disk ${serial} that disks.exclude names.`,
        "Correct the serial, or remove it.",
      ),
    );
  }
  return findings;
}

function judgePermission(
  permission: WipePermission,
  owners: readonly DiskOwner[],
  used: readonly UsedWipe[],
): Finding[] {
  const { server, serial } = permission;
  const owner = owners.find((one) => isCalled(one.server, server));
  if (owner === undefined) {
    return [
      finding(
        "refusal",
        "PLAN_SERVER_UNKNOWN",
        `disks.wipe names the server ${server}, which is not part of the site.`,
        "Correct the name; bdap plan lists the servers.",
      ),
    ];
  }
  const disk = allDisks(owner).find((one) => one.serial === serial);
  const host = [owner.server.name];
  if (disk === undefined) {
    return [
      finding(
        "refusal",
        "PLAN_DISK_UNKNOWN_SERIAL",
        `${server} has no disk with the serial ${serial} that disks.wipe names.`,
        `Correct the serial; facts/${owner.server.facts.host}.json lists its disks.`,
        host,
      ),
    ];
  }
  if (!isGranted(permission) || server !== owner.server.name) {
    const phrase = wipePhrase(owner.server.name, serial);
    return [
      finding(
        "refusal",
        "PLAN_WIPE_PHRASE",
        `The permission to wipe ${serial} on ${server} does not read exactly "${phrase}".`,
        "Write the node's name, the serial and the phrase to the letter, or remove the permission.",
        host,
      ),
    ];
  }
  if (isSystemDisk(disk)) {
    return [
      finding(
        "refusal",
        "PLAN_DISK_IS_SYSTEM",
        `${serial} on ${server} is the disk its operating system runs from; it is never wiped.`,
        "Remove the permission.",
        host,
      ),
    ];
  }
  if (isUsableEmpty(disk)) return [];
  const before = used.find((one) => one.serial === serial);
  if (before !== undefined) {
    return [
      finding(
        "refusal",
        "PLAN_WIPE_USED",
        `The permission to wipe ${serial} on ${server} was used at ${before.at}; it counts once.`,
        "Remove it from site.yml. To wipe the disk again, also remove its line from wipes.jsonl.",
        host,
      ),
    ];
  }
  if (disk.inUse === true) {
    return [
      finding(
        "refusal",
        "PLAN_DISK_IN_USE",
        `${serial} on ${server} may be wiped, but is in use: ${contentsOf(disk).join(", ")}.`,
        "Unmount it and stop what uses it, run bdap probe again, then bdap plan.",
        host,
      ),
    ];
  }
  if (!owner.storage) {
    return [
      finding(
        "warning",
        "PLAN_WIPE_WITHOUT_USE",
        `${serial} on ${server} may be wiped, but ${server} is not a storage node.`,
        "Give it the storage role by an override, or remove the permission.",
        host,
      ),
    ];
  }
  return [
    finding(
      "warning",
      "PLAN_DISK_WIPED",
      `Disk ${serial} on ${server} will be wiped: ${contentsOf(disk).join(", ") || "what is on it is not known"}.`,
      "Remove the permission from site.yml to keep it.",
      host,
    ),
  ];
}

function allDisks(owner: DiskOwner): readonly Disk[] {
  return owner.server.facts.facts.disks.value?.disks ?? [];
}

/** Where each serial is found, of those found more than once and not excluded. */
function repeatedSerials(owners: readonly DiskOwner[], site: Site): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>();
  for (const owner of owners) {
    for (const { serial } of allDisks(owner)) {
      if (serial === null || site.disks?.exclude?.includes(serial) === true) continue;
      places.set(serial, [...(places.get(serial) ?? []), owner.server.name]);
    }
  }
  return new Map([...places].filter(([, hosts]) => hosts.length > 1));
}

function repeatedFindings(repeated: ReadonlyMap<string, readonly string[]>): Finding[] {
  return [...repeated].map(([serial, hosts]) =>
    finding(
      "refusal",
      "PLAN_DISK_DUPLICATE_SERIAL",
      `${counted(hosts.length, "disk")} have the serial ${serial}, so it names none of them.`,
      "If it is one disk seen over several paths, or none of them is needed, put the serial under disks.exclude in site.yml.",
      hosts,
    ),
  );
}

/** What a person would like to know of the disks that storage nodes keep to themselves. */
function stateFindings(
  owners: readonly DiskOwner[],
  taken: readonly PlannedDisk[],
  untouched: readonly UntouchedDisk[],
): Finding[] {
  return owners.flatMap((owner) => {
    const host = owner.server.name;
    if (!owner.storage || owner.adopted) return [];
    if (!taken.some((disk) => disk.host === host)) {
      return [
        finding(
          "warning",
          "PLAN_STORAGE_WITHOUT_DISKS",
          `${host} is a storage node, but none of its disks can be used.`,
          "Look at the disks left as they are; give it another role, or name disks to wipe.",
          [host],
        ),
      ];
    }
    const kept = untouched.filter((disk) => disk.host === host && /^(?:not empty|in use|whether)/.test(disk.why));
    if (kept.length === 0) return [];
    const example = wipePhrase(host, kept[0]?.serial ?? "SERIAL");
    return [
      finding(
        "warning",
        "PLAN_DISK_NOT_EMPTY",
        `${host}: ${counted(kept.length, "disk")} left as ${kept.length === 1 ? "it is" : "they are"}: ${kept.map((disk) => `${disk.path} ${disk.why}`).join("; ")}.`,
        `To have one wiped, name it under disks.wipe in site.yml with the phrase "${example}".`,
        [host],
      ),
    ];
  });
}
