import type { Plan } from "#inventory/schema/plan.ts";
import type { WipePermission } from "#inventory/schema/site.ts";
import type { Draft } from "../install/data.ts";

/** A disk as a line of the list: one that will be used, or one that is left alone and why. */
export interface DiskLine {
  readonly host: string;
  readonly path: string;
  readonly serial: string | null;
  readonly size: number | null;
  readonly use: "used" | "wiped" | "left";
  readonly why: string;
}

export function diskLines(plan: Plan): DiskLine[] {
  const used = plan.disks.map(({ host, path, serial, sizeBytes, wipe, destroys, kind }) => ({
    host,
    path,
    serial,
    size: sizeBytes,
    use: wipe ? ("wiped" as const) : ("used" as const),
    why: wipe ? `destroys ${destroys.join(", ")}` : kind,
  }));
  const left = plan.untouchedDisks.map(({ host, path, serial, why }) => ({
    host,
    path,
    serial,
    size: null,
    use: "left" as const,
    why,
  }));
  return [...used, ...left].sort((a, b) => a.host.localeCompare(b.host) || a.path.localeCompare(b.path));
}

/** Exactly what has to be typed to release one disk. */
export function wipePhrase(disk: DiskLine): string {
  return `wipe ${disk.serial} on ${disk.host}`;
}

/** The answers with an empty disk taken out of use, or put back. */
export function withExcluded(answers: Draft, serial: string): Draft {
  const excluded = answers.disks?.exclude ?? [];
  const exclude = excluded.includes(serial) ? excluded.filter((one) => one !== serial) : [...excluded, serial];
  return { ...answers, disks: { ...answers.disks, exclude } };
}

/** The answers with permission to wipe one disk given, or taken back. */
export function withWipe(answers: Draft, disk: DiskLine): Draft {
  const serial = disk.serial ?? "";
  const others = (answers.disks?.wipe ?? []).filter((one) => one.serial !== serial || one.server !== disk.host);
  const permission: WipePermission = { server: disk.host, serial, phrase: wipePhrase(disk) };
  const wipe = disk.use === "wiped" ? others : [...others, permission];
  return { ...answers, disks: { ...answers.disks, wipe } };
}
