import type { Disk } from "#inventory/schema/facts.ts";
import type { Fact, FactSections } from "../fact.ts";
import { type Frame, frameOf, framesOf, indexedFrames } from "../frames.ts";
import { printedBy, scaledNumber, wholeNumber } from "../printed.ts";
import { Unknowns } from "../unknowns.ts";
import { type Device, devicePath, devicesOf, stackedOf } from "./devices.ts";
import { linksTo, modelOf, namesOf, serialOf, wwnOf } from "./names.ts";
import { diskSections } from "./sections.ts";
import { type Found, signaturesOn } from "./signatures.ts";
import { smartOf } from "./smart.ts";
import { transportOf } from "./transport.ts";
import { type DiskUsage, mountpointsOf, usageOf, usageOn } from "./usage.ts";

/** The kernel counts sizes in units of 512 bytes, whatever the disk's own block. */
const SECTOR = 512;

export const disks: Fact<"disks"> = {
  name: "disks",
  title: "Disks: serial, size, every signature, what uses them, SMART",
  sections: diskSections,
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "devices");
    const frames = framesOf(printed.lines);
    if (frames.length === 0) return unknown.nothing(printed.why("/sys/block cannot be read"));
    if (!printed.finished) unknown.because("disks", printed.why("the list is not complete"));
    const source = sourceOf(sections, frames);
    const devices = devicesOf(frames).filter((device) => !isPackage(device, source));
    return unknown.reading({ disks: devices.map((device, index) => diskOf(device, index, source, unknown)) });
  },
};

type Source = ReturnType<typeof sourceOf>;

function sourceOf(sections: FactSections, frames: readonly Frame[]) {
  const devices = printedBy(sections, "devices");
  const signatures = printedBy(sections, "signatures");
  const smart = printedBy(sections, "smart");
  return {
    devices,
    stacked: stackedOf(frames),
    complete: devices.finished && frameOf(frames, "done") !== undefined,
    names: namesOf(printedBy(sections, "names")),
    usage: usageOf(printedBy(sections, "usage")),
    signatures,
    signatureFrames: indexedFrames(signatures.lines),
    smart,
    smartFrames: indexedFrames(smart.lines),
  };
}

function diskOf(device: Device, index: number, source: Source, unknown: Unknowns): Disk {
  const path = `disks/${index}`;
  const attribute = (field: string, name: string) =>
    unknown.or(`${path}/${field}`, wholeNumber(device.attributes.get(name)), "the kernel does not say");
  const flag = (field: string, name: string) => {
    const value = device.attributes.get(name);
    const known = value === "0" || value === "1" ? value === "1" : null;
    return unknown.or(`${path}/${field}`, known, "the kernel does not say");
  };
  const said = (field: string, value: string | null, reason = "the device reports none") =>
    unknown.or(`${path}/${field}`, value, reason);
  const smart = smartOf(device, source.smartFrames, source.smart, path, unknown);
  const found = signaturesOn(device, source.signatureFrames, source.signatures);
  const used = usageOn(device, source.stacked, source.usage);
  return {
    name: device.name,
    path: devicePath(device.name),
    byId: linksTo(source.names, device),
    model: said("model", modelOf(source.names, device)),
    serial: said("serial", serialOf(source.names, device, smart.serial)),
    wwn: said("wwn", wwnOf(source.names, device)),
    sizeBytes: unknown.or(
      `${path}/sizeBytes`,
      scaledNumber(device.attributes.get("size"), SECTOR),
      "the kernel does not say",
    ),
    logicalBlockBytes: attribute("logicalBlockBytes", "queue/logical_block_size"),
    physicalBlockBytes: attribute("physicalBlockBytes", "queue/physical_block_size"),
    rotational: flag("rotational", "queue/rotational"),
    transport: said("transport", transportOf(device), "the kernel does not say"),
    removable: flag("removable", "removable"),
    readOnly: flag("readOnly", "ro"),
    partitionTable: unknown.or(`${path}/partitionTable`, found.partitionTable, found.unread ?? "there is none"),
    partitions: partitionsOf(device, source, path, unknown),
    signatures: [...found.signatures],
    mountpoints: [...used.mountpoints],
    holders: [...used.holders],
    inUse: unknown.or(`${path}/inUse`, inUseOf(used, source), whyUsageUnknown(source)),
    empty: unknown.or(`${path}/empty`, emptyOf(device, found, used, source), found.unread ?? whyUsageUnknown(source)),
    smart: smart.reading,
  };
}

function partitionsOf(device: Device, source: Source, path: string, unknown: Unknowns): Disk["partitions"] {
  return device.partitions.map(({ name, attributes }, index) => ({
    name,
    sizeBytes: unknown.or(
      `${path}/partitions/${index}/sizeBytes`,
      scaledNumber(attributes.get("size"), SECTOR),
      "the kernel does not say",
    ),
    mountpoints: mountpointsOf(name, attributes.get("dev") ?? "", source.usage),
  }));
}

function whyUsageUnknown(source: Source): string {
  return source.usage.unread ?? source.devices.why("what is built on the disk could not be read");
}

function inUseOf(used: DiskUsage, source: Source): boolean | null {
  if (used.busy) return true;
  return source.usage.unread === null && source.complete ? false : null;
}

/** One thing found is enough for `false`; `true` needs every place to have been read and nothing found in any. */
function emptyOf(device: Device, found: Found, used: DiskUsage, source: Source): boolean | null {
  const something = found.signatures.length > 0 || found.partitionTable !== null || device.partitions.length > 0;
  if (something || used.busy) return false;
  return found.unread === null && source.usage.unread === null && source.complete ? true : null;
}

/** A loop device that only carries an application's read-only image is no disk. */
function isPackage(device: Device, source: Source): boolean {
  if (transportOf(device) !== "loop") return false;
  const { signatures } = signaturesOn(device, source.signatureFrames, source.signatures);
  return signatures.some((signature) => signature.type === "squashfs");
}
