import type { Collector } from "../collector.ts";
import { localMounts, parseMountinfo } from "./mountinfo.ts";

export interface MountState {
  readonly mountpoint: string;
  readonly type: string;
  readonly source: string;
  /** The file system refuses to be written. */
  readonly readOnly: boolean;
  /** What /etc/fstab wants; undefined where it does not name the mount. */
  readonly wantedReadOnly: boolean | undefined;
}

/** The node's own file systems, and whether they can be written. */
export const mounts: Collector<readonly MountState[]> = {
  name: "mounts",
  title: "Local file systems as they are mounted",
  everySeconds: 0,
  deadlineSeconds: 5,
  async collect(host) {
    const [text, table] = await Promise.all([host.read("/proc/self/mountinfo"), host.read("/etc/fstab")]);
    const found = localMounts(parseMountinfo(text ?? ""));
    if (found.length === 0) throw new Error("/proc/self/mountinfo names no local file system");
    const wanted = parseFstab(table ?? "");
    return found.map(({ mountpoint, type, source, readOnly }) => {
      return { mountpoint, type, source, readOnly, wantedReadOnly: wanted.get(mountpoint) };
    });
  },
  metrics: () => ({}),
};

/** fstab(5): by mount point, whether it is to be read-only. */
export function parseFstab(text: string): Map<string, boolean> {
  const wanted = new Map<string, boolean>();
  for (const line of text.split("\n")) {
    const [source = "#", mountpoint = "", , options = ""] = line.trim().split(/\s+/);
    if (source.startsWith("#") || !mountpoint.startsWith("/")) continue;
    wanted.set(mountpoint.replaceAll("\\040", " "), options.split(",").includes("ro"));
  }
  return wanted;
}
