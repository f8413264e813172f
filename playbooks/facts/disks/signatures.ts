import type { Signature } from "#inventory/schema/facts.ts";
import type { Frame, FrameIndex } from "../frames.ts";
import { cleanText, elements, field, jsonOf, keyValues, type Printed, textOf } from "../printed.ts";
import type { Device } from "./devices.ts";
import { devicePath } from "./devices.ts";

const MAX_SIGNATURES = 200;

/** What was found on a disk and its partitions. */
export interface Found {
  readonly signatures: readonly Signature[];
  /** gpt, dos …; null when there is none or it could not be read. */
  readonly partitionTable: string | null;
  /** Why the absence of signatures proves nothing; null when everything was read. */
  readonly unread: string | null;
}

/** Every signature of `device` and its partitions, as `blkid -p` and `wipefs -n` found them, and unrecognised data. */
export function signaturesOn(device: Device, frames: FrameIndex, printed: Printed): Found {
  const names = [device.name, ...device.partitions.map((partition) => partition.name)];
  const found = names.flatMap((name) => onOne(name, frames));
  const unread =
    names.map((name) => whyUnread(name, frames, printed)).find((reason) => reason !== null) ??
    dataUnread(device, frames, printed);
  if (found.length === 0 && device.partitions.length === 0 && hasData(device, frames))
    found.push({ type: "unknown-data", where: devicePath(device.name), label: null, uuid: null });
  return {
    signatures: merged(found).slice(0, MAX_SIGNATURES),
    partitionTable: tableOf(device, frames),
    unread,
  };
}

function onOne(name: string, frames: FrameIndex): Signature[] {
  const where = devicePath(name);
  return [
    ...fromWipefs(frames.get(`wipefs ${name}`)?.[0], where),
    ...fromBlkid(frames.get(`blkid ${name}`)?.[0], where),
  ];
}

/** `wipefs --json`: {"signatures": [{"device", "offset", "type", "uuid", "label"}]}. */
function fromWipefs(frame: Frame | undefined, where: string): Signature[] {
  const document = jsonOf(frame?.lines.join("\n") ?? "");
  return elements(field(document, "signatures"), MAX_SIGNATURES).flatMap((entry) => {
    const type = textOf(field(entry, "type"), 60);
    if (type === null) return [];
    return [{ type, where, label: textOf(field(entry, "label")), uuid: textOf(field(entry, "uuid"), 100) }];
  });
}

/** `blkid -o export`: KEY=VALUE lines, shell-escaped. */
function fromBlkid(frame: Frame | undefined, where: string): Signature[] {
  const values = keyValues(frame?.lines ?? [], "=");
  const text = (key: string) => cleanText(values.get(key)?.replace(/\\(.)/g, "$1"), 100);
  const signatures: Signature[] = [];
  const table = text("PTTYPE");
  if (table !== null) signatures.push({ type: table, where, label: null, uuid: text("PTUUID") });
  const type = text("TYPE");
  if (type !== null) signatures.push({ type, where, label: text("LABEL"), uuid: text("UUID") });
  return signatures;
}

/** One entry for each type and device: backup copies of a table and the table's protective record are not told apart. */
function merged(found: readonly Signature[]): Signature[] {
  const byKind = new Map<string, Signature>();
  const hasGpt = new Set(found.filter((signature) => signature.type === "gpt").map((signature) => signature.where));
  for (const signature of found) {
    if (signature.type === "PMBR" && hasGpt.has(signature.where)) continue;
    const key = `${signature.type} ${signature.where}`;
    const known = byKind.get(key);
    byKind.set(key, {
      ...signature,
      label: known?.label ?? signature.label,
      uuid: known?.uuid ?? signature.uuid,
    });
  }
  return [...byKind.values()];
}

function tableOf(device: Device, frames: FrameIndex): string | null {
  const types = onOne(device.name, frames).map((signature) => signature.type);
  const fromBlkidAlone = keyValues(frames.get(`blkid ${device.name}`)?.[0]?.lines ?? [], "=").get("PTTYPE");
  return cleanText(fromBlkidAlone, 40) ?? types.find((type) => type === "gpt" || type === "dos") ?? null;
}

function whyUnread(name: string, frames: FrameIndex, printed: Printed): string | null {
  const blkid = frames.get(`blkid ${name}`)?.[0];
  const wipefs = frames.get(`wipefs ${name}`)?.[0];
  // blkid(8): 2 is "nothing found", 8 "several found"; both mean that it was read.
  if (![0, 2, 8].includes(blkid?.status ?? -1)) return printed.why(`blkid could not read ${devicePath(name)}`, "blkid");
  const listed =
    wipefs?.lines.length === 0 || field(jsonOf(wipefs?.lines.join("\n") ?? ""), "signatures") !== undefined;
  if (wipefs?.status !== 0 || !listed) return printed.why(`wipefs could not read ${devicePath(name)}`, "wipefs");
  return null;
}

function dataFrames(device: Device, frames: FrameIndex): readonly Frame[] {
  return frames.get(`data ${device.name}`) ?? [];
}

/** `cmp` says so itself; `od -Ad` shows nothing but zeros as one line of them, a star and the offset of the end. */
function isBlank({ lines: [first, star, end], words }: Frame): boolean {
  if (first === "zero") return true;
  return /^\d+(?: 00){16}$/.test(first ?? "") && star?.trim() === "*" && Number(end) === Number(words[2] ?? Number.NaN);
}

/** Bytes other than zero in the first or last MiB. */
function hasData(device: Device, frames: FrameIndex): boolean {
  return dataFrames(device, frames).some(({ lines }) =>
    lines.some((line) => line === "data" || / (?!00)[0-9a-f]{2}\b/.test(line)),
  );
}

function dataUnread(device: Device, frames: FrameIndex, printed: Printed): string | null {
  const ends = dataFrames(device, frames);
  if (ends.length === 2 && (ends.every(isBlank) || hasData(device, frames))) return null;
  return printed.why(`the first and last MiB of ${devicePath(device.name)} could not be read`);
}
