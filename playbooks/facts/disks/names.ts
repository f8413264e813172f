import { cleanText, distinct, type Printed } from "../printed.ts";
import { type Device, devicePath } from "./devices.ts";

const MAX_LINKS = 20;
const LAB_LINK = "/dev/disk/by-id/bdap-lab-";

/** What udev knows of block devices: links and properties. */
export interface Names {
  /** Link paths by kernel name. */
  readonly links: ReadonlyMap<string, readonly string[]>;
  /** Properties by device number (`8:0`). */
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** The `names` section: `ls -l /dev/disk/by-id` and lines of /run/udev/data/bMAJOR:MINOR. */
export function namesOf(printed: Printed): Names {
  const links = new Map<string, string[]>();
  const properties = new Map<string, Map<string, string>>();
  for (const line of printed.lines) {
    const property = /^\/run\/udev\/data\/b(\d+:\d+):E:([A-Z_]+)=(.*)$/.exec(line);
    if (property?.[1] !== undefined && property[2] !== undefined) {
      const own = properties.get(property[1]) ?? new Map<string, string>();
      properties.set(property[1], own.set(property[2], property[3] ?? ""));
      continue;
    }
    const link = /^l.*? (\S+) -> (?:\.\.\/\.\.\/|\/dev\/)(\S+)$/.exec(line);
    if (link?.[1] === undefined || link[2] === undefined || !/^[\x21-\x7e]{1,250}$/.test(link[1])) continue;
    const known = links.get(link[2]);
    if (known === undefined) links.set(link[2], [`/dev/disk/by-id/${link[1]}`]);
    else if (known.length < MAX_LINKS) known.push(`/dev/disk/by-id/${link[1]}`);
  }
  return { links, properties };
}

export function linksTo(names: Names, device: Device): string[] {
  const target = devicePath(device.name).slice("/dev/".length);
  return distinct([...(names.links.get(target) ?? [])].sort(), MAX_LINKS);
}

/**
 * The serial as `lsblk` gives it where udev runs: of a SCSI disk the unit's own rather than its world wide name; else
 * what sysfs has; else the one in a lab disk's link.
 */
export function serialOf(names: Names, device: Device, fromSmart: string | null): string | null {
  const properties = names.properties.get(device.attributes.get("dev") ?? "");
  const candidates = [
    properties?.get("SCSI_IDENT_SERIAL"),
    properties?.get("ID_SCSI_SERIAL"),
    device.attributes.get("serial"),
    device.attributes.get("device/serial"),
    device.attributes.get("vpd80"),
    properties?.get("ID_SERIAL_SHORT"),
    fromSmart,
    linksTo(names, device)
      .find((link) => link.startsWith(LAB_LINK))
      ?.slice(LAB_LINK.length),
  ];
  for (const candidate of candidates) {
    const serial = cleanText(candidate, 100);
    if (serial !== null && !/^[0 .-]+$/.test(serial)) return serial;
  }
  return null;
}

/** The world wide name; NAA names as `0x…`, others as the kernel writes them. */
export function wwnOf(names: Names, device: Device): string | null {
  const properties = names.properties.get(device.attributes.get("dev") ?? "");
  const wwid = device.attributes.get("wwid") ?? device.attributes.get("device/wwid");
  // t10 identifiers only repeat vendor, model and serial.
  const own = wwid === undefined || wwid.startsWith("t10.") ? null : wwid.trim().replace(/^naa\./, "0x");
  return cleanText(properties?.get("ID_WWN_WITH_EXTENSION") ?? properties?.get("ID_WWN") ?? own, 130);
}

/** The model; udev's copy is the whole of it where SCSI cuts it off after sixteen characters. */
export function modelOf(names: Names, device: Device): string | null {
  const properties = names.properties.get(device.attributes.get("dev") ?? "");
  const encoded = properties
    ?.get("ID_MODEL_ENC")
    ?.replace(/\\x([0-9a-fA-F]{2})/g, (_, pair: string) => String.fromCharCode(Number.parseInt(pair, 16)));
  return (
    cleanText(encoded) ?? cleanText(device.attributes.get("device/model")) ?? cleanText(properties?.get("ID_MODEL"))
  );
}
