import type { FactValue } from "#inventory/schema/facts.ts";
import type { Fact } from "../fact.ts";
import { cleanText, printedBy, scaledNumber, wholeNumber } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";

type Filesystem = FactValue<"filesystems">["filesystems"][number];

const MAX_FILESYSTEMS = 500;

export const filesystems: Fact<"filesystems"> = {
  name: "filesystems",
  title: "Mounted file systems: size, space and inodes left",
  sections: {
    // Network file systems are asked one at a time, so that a dead server costs its own answer and no other.
    mounts: section(`
sizes() { within 3 stat -f -c 'size %S %b %a %c %d %n' "$@"; }
set --
seen=' '
while read -r device at type options _; do
  remote=
  case $type in
    ext[234]|xfs|btrfs|zfs|vfat|exfat|ntfs*|f2fs|jfs|reiserfs|bcachefs|gfs2|ocfs2) ;;
    nfs|nfs4|cifs|smb3|ceph|glusterfs|lustre|beegfs|gpfs|9p|afs|fuse.*|fuse) remote=yes ;;
    overlay|tmpfs) case $at in /|/tmp|/var/tmp) ;; *) continue ;; esac ;;
    *) continue ;;
  esac
  case $type in fuse.lxcfs|fuse.gvfsd*|fuse.portal|fuse.snapfuse) continue ;; esac
  # A directory of the machine's own that is bound into a container's /dev is no file system of this host.
  case $at in /dev/*) continue ;; esac
  case $device in /dev/*) case $seen in *" $device "*) continue ;; esac; seen="$seen$device " ;; esac
  path=$(printf '%b' "$at")
  # Containers have single files of their machine mounted.
  [ -n "$remote" ] || [ -d "$path" ] || continue
  echo "mount $type \${options%%,*} $device $at"
  if [ -n "$remote" ]; then sizes "$path"; else set -- "$@" "$path"; fi
done </proc/mounts
[ $# -eq 0 ] || sizes "$@"
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "mounts");
    const sizes = sizesIn(printed.lines);
    const mounts = printed.lines.filter((line) => line.startsWith("mount ")).slice(0, MAX_FILESYSTEMS);
    const read = mounts.flatMap((line) => filesystemIn(line) ?? []);
    if (read.length === 0) unknown.because("filesystems", printed.why("/proc/mounts lists none"));
    return unknown.reading({
      filesystems: read.map((filesystem, index) => {
        const size = sizes.get(filesystem.mountpoint);
        const said = (field: string, value: number | null | undefined) =>
          unknown.or(`filesystems/${index}/${field}`, value, printed.why("it did not answer in 3 s"));
        return {
          ...filesystem,
          sizeBytes: said("sizeBytes", size?.sizeBytes),
          availableBytes: said("availableBytes", size?.availableBytes),
          inodes: said("inodes", size?.inodes),
          inodesFree: said("inodesFree", size?.inodesFree),
        };
      }),
    });
  },
};

function filesystemIn(line: string): Pick<Filesystem, "mountpoint" | "device" | "type" | "readOnly"> | null {
  const [, type, mode, device, at] = line.split(" ");
  const mountpoint = pathOf(at);
  const source = pathOf(device);
  if (mountpoint === null || source === null || !/^[a-z0-9._-]{1,40}$/i.test(type ?? "")) return null;
  return { mountpoint, device: source, type: type ?? "", readOnly: mode === "ro" };
}

type Sizes = Pick<Filesystem, "sizeBytes" | "availableBytes" | "inodes" | "inodesFree">;

/** `size BLOCK TOTAL AVAILABLE INODES FREE PATH`, by path. */
function sizesIn(lines: readonly string[]): Map<string, Sizes> {
  const sizes = new Map<string, Sizes>();
  for (const line of lines) {
    const match = /^size (\d{1,10}) (\d{1,16}) (\d{1,16}) (\d{1,16}) (\d{1,16}) (.*)$/.exec(line);
    const path = cleanText(match?.[6], 1_000);
    if (match === null || path === null) continue;
    const block = wholeNumber(match[1]) ?? 0;
    sizes.set(path, {
      sizeBytes: scaledNumber(match[2], block),
      availableBytes: scaledNumber(match[3], block),
      inodes: wholeNumber(match[4]),
      inodesFree: wholeNumber(match[5]),
    });
  }
  return sizes;
}

/** /proc/mounts writes blanks, tabs, newlines and backslashes as octal. */
function pathOf(text: string | undefined): string | null {
  const path = (text ?? "").replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return cleanText(path, 1_000);
}
