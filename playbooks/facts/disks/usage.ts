import { frameOf, framesOf } from "../frames.ts";
import { cleanText, distinct, type Printed } from "../printed.ts";
import { type Device, devicePath, type Stacked } from "./devices.ts";

const MAX_MOUNTPOINTS = 100;
const MAX_STACK = 1_000;

/** What uses block devices on the host. */
export interface Usage {
  /** Mount points by device number (`8:1`) and by source path. */
  readonly mounts: ReadonlyMap<string, readonly string[]>;
  /** Paths used as swap. */
  readonly swaps: ReadonlySet<string>;
  /** Paths some program holds open. */
  readonly open: ReadonlySet<string>;
  /** Why the absence of use proves nothing; null when everything was read. */
  readonly unread: string | null;
}

/** The `usage` section. */
export function usageOf(printed: Printed): Usage {
  const frames = framesOf(printed.lines);
  const mounts = new Map<string, string[]>();
  for (const line of frameOf(frames, "mounts")?.lines ?? []) {
    // proc_pid_mountinfo(5): id parent major:minor root mountpoint options … - type source options.
    const match = /^\d+ \d+ (\d+:\d+) \S+ (\S+) .*? - \S+ (\S+)/.exec(line);
    const point = cleanText(unescaped(match?.[2] ?? ""), 1_000);
    if (match === null || point === null) continue;
    for (const key of [match[1] ?? "", unescaped(match[3] ?? "")]) {
      const known = mounts.get(key);
      if (known === undefined) mounts.set(key, [point]);
      else if (known.length < MAX_MOUNTPOINTS) known.push(point);
    }
  }
  const swaps = frameOf(frames, "swaps");
  const swapPaths = (swaps?.lines ?? []).flatMap((line) => /^(\/\S+)\s/.exec(line)?.[1] ?? []);
  const openers = frameOf(frames, "openers")?.lines ?? [];
  // find(1) ends with 1 when a process went away under it, and with something else when it did not look at all.
  const looked = openers.includes("status 0") || openers.includes("status 1");
  const complete = mounts.size > 0 && (swaps?.lines.length ?? 0) > 0 && looked && frameOf(frames, "done") !== undefined;
  return {
    mounts,
    swaps: new Set(swapPaths.map(unescaped)),
    open: new Set(openers),
    unread: complete && !printed.unprivileged ? null : printed.why("what uses the disks could not be read", "find"),
  };
}

/** One disk's share of {@link Usage}. */
export interface DiskUsage {
  readonly mountpoints: readonly string[];
  readonly holders: readonly string[];
  readonly busy: boolean;
}

/** What uses `device`, its partitions, or anything stacked on them. */
export function usageOn(device: Device, stacked: ReadonlyMap<string, readonly Stacked[]>, usage: Usage): DiskUsage {
  const own = [device, ...device.partitions];
  const above = stackedOn(
    own.map((part) => part.name),
    stacked,
  );
  const paths = [...own.map((part) => devicePath(part.name)), ...above.map((upper) => devicePath(upper.name))];
  const numbers = [...own.map((part) => part.attributes.get("dev") ?? ""), ...above.map((upper) => upper.number)];
  const mountpoints = distinct(
    [...numbers, ...paths].flatMap((key) => usage.mounts.get(key) ?? []),
    MAX_MOUNTPOINTS,
  );
  const holders = distinct(above.map((upper) => upper.name));
  const taken = paths.some((path) => usage.swaps.has(path) || usage.open.has(path));
  return { mountpoints, holders, busy: taken || mountpoints.length > 0 || holders.length > 0 };
}

/** Mount points of one partition alone. */
export function mountpointsOf(name: string, number: string, usage: Usage): string[] {
  return distinct(
    [number, devicePath(name)].flatMap((key) => usage.mounts.get(key) ?? []),
    MAX_MOUNTPOINTS,
  );
}

function stackedOn(names: readonly string[], stacked: ReadonlyMap<string, readonly Stacked[]>): Stacked[] {
  const found = new Map<string, Stacked>();
  const waiting = [...names];
  for (let lower = waiting.pop(); lower !== undefined && found.size < MAX_STACK; lower = waiting.pop())
    for (const upper of stacked.get(lower) ?? []) {
      if (found.has(upper.name)) continue;
      found.set(upper.name, upper);
      waiting.push(upper.name);
    }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The kernel writes blanks, tabs, newlines and backslashes in paths as octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
