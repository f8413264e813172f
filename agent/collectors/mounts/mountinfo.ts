/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly mountpoint: string;
  readonly type: string;
  readonly source: string;
  /** `major:minor` of the file system: the same for all its mounts. */
  readonly device: string;
  /** Which part of the file system is mounted; `/` for all of it. */
  readonly root: string;
  /** The file system itself refuses to be written, whatever the mount's own options say. */
  readonly readOnly: boolean;
}

/** All readable lines; others are left out. */
export function parseMountinfo(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\d+ \d+ (\d+:\d+) (\S+) (\S+) \S+(?: \S+)*? - (\S+) (\S+) (\S+)$/.exec(line);
    if (match === null) return [];
    const [, device = "", root = "", mountpoint = "", type = "", source = "", options = ""] = match;
    const readOnly = options.split(",").includes("ro");
    return [
      { mountpoint: unescaped(mountpoint), type, source: unescaped(source), device, root: unescaped(root), readOnly },
    ];
  });
}

/** The kernel writes blanks and the like as three octal digits. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

const DISK_TYPES: ReadonlySet<string> = new Set(
  "ext2 ext3 ext4 xfs btrfs zfs f2fs jfs reiserfs bcachefs vfat exfat".split(" "),
);
/** File systems in memory that stop a node when they are full. */
const MEMORY_PLACES: ReadonlySet<string> = new Set(["/run", "/tmp", "/var/tmp", "/dev/shm"]);
const REMOTE_TYPES: ReadonlySet<string> = new Set(
  "nfs nfs4 cifs smb3 smbfs ceph 9p glusterfs lustre beegfs gpfs afs orangefs ocfs2 gfs2 fuseblk".split(" "),
);
/** FUSE file systems of a person's session or of the container engine: not the node's to watch. */
const PRIVATE_TYPES: ReadonlySet<string> = new Set(["fuse.gvfsd-fuse", "fuse.portal", "fuse.lxcfs", "fuse.snapfuse"]);

/** File systems whose room is this node's: on disks, in memory where it matters, and the root whatever it is. Each once. */
export function localMounts(mounts: readonly Mount[]): Mount[] {
  // A part of a file system that is nowhere mounted whole was handed into a container: its host watches it.
  const whole = new Set(
    mounts.filter(({ root, type }) => root === "/" || type === "btrfs").map(({ device }) => device),
  );
  return eachOnce(
    mounts.filter(
      ({ type, mountpoint, device }) =>
        (DISK_TYPES.has(type) && whole.has(device)) ||
        (type === "tmpfs" && MEMORY_PLACES.has(mountpoint)) ||
        (mountpoint === "/" && !isRemote(type)),
    ),
  );
}

/** File systems that somebody else answers for, over a network or through FUSE: their answer may never come. Each once. */
export function remoteMounts(mounts: readonly Mount[]): Mount[] {
  return eachOnce(
    mounts.filter(
      ({ type, mountpoint }) => isRemote(type) && !PRIVATE_TYPES.has(type) && !mountpoint.startsWith("/run/user/"),
    ),
  );
}

function isRemote(type: string): boolean {
  return REMOTE_TYPES.has(type) || type.startsWith("fuse.");
}

/** Bind mounts show a file system again: the shortest path stands for it. What is mounted over counts no more. */
function eachOnce(mounts: readonly Mount[]): Mount[] {
  const top = new Map(mounts.map((mount) => [mount.mountpoint, mount]));
  const chosen = new Map<string, Mount>();
  for (const mount of top.values()) {
    const known = chosen.get(mount.device);
    if (known === undefined || mount.mountpoint.length < known.mountpoint.length) chosen.set(mount.device, mount);
  }
  return [...chosen.values()].filter(({ mountpoint }) => isPlain(mountpoint));
}

/** Without control characters, which would break the lines of the programs that are asked about it. */
function isPlain(text: string): boolean {
  return [...text].every((character) => character >= " " && character !== "\u007f");
}
