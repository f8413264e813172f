import { type Frame, frameOf } from "../frames.ts";
import { cleanText, keyValues } from "../printed.ts";

/** A partition as /sys/block has it. */
export interface Partition {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

/** A disk as /sys/block has it; attributes are raw, by their path below the disk's folder. */
export interface Device {
  readonly name: string;
  /** Where the device sits in the machine: /sys/devices/pci…, as far as it was printed. */
  readonly location: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly partitions: readonly Partition[];
}

const MAX_DISKS = 1_000;
const MAX_PARTITIONS = 256;
const NAME = /^[A-Za-z0-9][A-Za-z0-9!_.-]{0,62}$/;

/** The disks in the `devices` section. */
export function devicesOf(frames: readonly Frame[]): Device[] {
  const names = [...new Set(frameOf(frames, "disks")?.lines ?? [])].filter((name) => NAME.test(name));
  const locations = keyValues(
    (frameOf(frames, "links")?.lines ?? []).map((line) => line.replace(/^.* (\S+ -> )/, "$1")),
    " -> ",
  );
  const attributes = grouped(frameOf(frames, "attributes")?.lines ?? []);
  return names.slice(0, MAX_DISKS).map((name) => {
    const own = attributes.get(name) ?? new Map<string, string>();
    return {
      name,
      location: cleanText(locations.get(name), 1_000) ?? "",
      attributes: own,
      partitions: partitionsOf(name, own),
    };
  });
}

/** A device built on another. */
export interface Stacked {
  readonly name: string;
  readonly number: string;
}

/** Devices built on others, by the name of the lower one. */
export function stackedOf(frames: readonly Frame[]): Map<string, Stacked[]> {
  const stacked = new Map<string, Stacked[]>();
  for (const line of (frameOf(frames, "stacked")?.lines ?? []).slice(0, 10_000)) {
    const [on, name, number] = line.split(" ");
    if (on === undefined || name === undefined || number === undefined || !NAME.test(on) || !NAME.test(name)) continue;
    const known = stacked.get(on);
    if (known === undefined) stacked.set(on, [{ name, number }]);
    else known.push({ name, number });
  }
  return stacked;
}

/** /dev/NAME; the kernel writes a slash in a device's name as `!`. */
export function devicePath(name: string): string {
  return `/dev/${name.replaceAll("!", "/")}`;
}

function grouped(lines: readonly string[]): Map<string, Map<string, string>> {
  const disks = new Map<string, Map<string, string>>();
  for (const line of lines) {
    const match = /^([^/:]+)\/([^:]+):(.*)$/.exec(line);
    if (match?.[1] === undefined || match[2] === undefined) continue;
    const attributes = disks.get(match[1]) ?? new Map<string, string>();
    attributes.set(match[2], match[3] ?? "");
    disks.set(match[1], attributes);
  }
  return disks;
}

function partitionsOf(disk: string, attributes: ReadonlyMap<string, string>): Partition[] {
  const partitions = new Map<string, Map<string, string>>();
  for (const [path, value] of attributes) {
    const [name, attribute, ...rest] = path.split("/");
    if (name === undefined || attribute === undefined || rest.length > 0) continue;
    if (!name.startsWith(disk) || name === disk || !NAME.test(name)) continue;
    const own = partitions.get(name) ?? new Map<string, string>();
    partitions.set(name, own.set(attribute, value));
  }
  return [...partitions].slice(0, MAX_PARTITIONS).map(([name, own]) => ({ name, attributes: own }));
}
