import { type Collector, type Metrics, metricName } from "../collector.ts";
import { localMounts, parseMountinfo } from "../mounts/mountinfo.ts";

export interface FileSystem {
  readonly mountpoint: string;
  readonly type: string;
  readonly sizeBytes: number;
  /** What an ordinary user may still write. */
  readonly availableBytes: number;
  /** 0 where the file system makes inodes as needed (btrfs, zfs, vfat). */
  readonly inodes: number;
  readonly inodesFree: number;
}

const MOST = 200;

/** Room and inodes of the node's own file systems, asked for in a child: a disk that hangs does not hang the agent. */
export const fileSystems: Collector<readonly FileSystem[]> = {
  name: "file-systems",
  title: "Room and inodes of local file systems",
  everySeconds: 30,
  deadlineSeconds: 12,
  async collect(host) {
    const found = localMounts(parseMountinfo((await host.read("/proc/self/mountinfo")) ?? "")).slice(0, MOST);
    if (found.length === 0) throw new Error("/proc/self/mountinfo names no local file system");
    const types = new Map(found.map(({ mountpoint, type }) => [mountpoint, type]));
    const words = ["stat", "-f", "-c", STAT_FORMAT, "--", ...types.keys()];
    // Status 1 means that some could not be asked: those closed to us are not ours to judge.
    const { stdout, stderr } = await host.run(words, 10_000);
    const read = parseStat(stdout, types);
    if (read.length === 0) throw new Error(`stat says nothing of any file system: ${stderr.trim().slice(0, 200)}`);
    return read;
  },
  metrics(reading) {
    const metrics: Metrics = {};
    for (const { mountpoint, sizeBytes, availableBytes, inodes, inodesFree } of reading) {
      metrics[metricName("filesystem_size_bytes", { mountpoint })] = sizeBytes;
      metrics[metricName("filesystem_available_bytes", { mountpoint })] = availableBytes;
      metrics[metricName("filesystem_files", { mountpoint })] = inodes;
      metrics[metricName("filesystem_files_free", { mountpoint })] = inodesFree;
    }
    return metrics;
  },
};

/** Block size, blocks, free, available, inodes, free inodes, name (stat(1), --file-system). */
export const STAT_FORMAT = "%S %b %f %a %c %d %n";

export function parseStat(text: string, types: ReadonlyMap<string, string>): FileSystem[] {
  return text.split("\n").flatMap((line) => {
    const match = /^(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\/.*)$/.exec(line);
    if (match === null) return [];
    const [size = 0, blocks = 0, free = 0, available = 0, inodes = 0, inodesFree = 0] = match.slice(1, 7).map(Number);
    const mountpoint = match[7] ?? "";
    const type = types.get(mountpoint);
    if (type === undefined || blocks === 0) return [];
    // As df has it: what is kept for root is neither size nor room to others.
    const sizeBytes = (blocks - free + available) * size;
    return [{ mountpoint, type, sizeBytes, availableBytes: available * size, inodes, inodesFree }];
  });
}
