import { section } from "../section.ts";

/**
 * Sets the positional parameters to the disks of this host, as /sys/block spells them. /sys is the machine's own even
 * inside a container, so a disk counts only where its device node exists; memory, optical and floppy drives, devices
 * built on other devices, and loop devices that carry packages are no disks. Leaves the shell in /sys/block.
 */
const DISKS = `
cd /sys/block || exit 0
node() { case $1 in *!*) echo "/dev/$1" | tr '!' / ;; *) echo "/dev/$1" ;; esac; }
set --
for n in *; do
  case $n in ram[0-9]*|zram*|sr[0-9]*|fd[0-9]*|dm-*|md[0-9]*|md_*|zd[0-9]*|bcache*|drbd*|mtdblock*|mmcblk*boot[0-9]*|mmcblk*rpmb) continue ;; esac
  case $n in *!*) [ -b "$(node "$n")" ] || continue ;; *) [ -b "/dev/$n" ] || continue ;; esac
  get "$n/size" && [ "$v" -gt 0 ] || continue
  get "$n/loop/backing_file"
  case $v in *.snap|*/snapd/*|*.squashfs|*.sqfs|*.iso) continue ;; esac
  set -- "$@" "$n"
done
`;

const devices = section(`
root
${DISKS}
echo '@@ disks'
for n do echo "$n"; done
[ $# -gt 0 ] || exit 0
echo '@@ links'
ls -ld "$@"
echo '@@ attributes'
for n do
  set -- "$@" "$n"; shift
  for a in size dev ro removable queue/rotational queue/logical_block_size queue/physical_block_size serial wwid \\
    device/model device/serial device/wwid loop/backing_file; do
    if get "$n/$a"; then printf '%s:%s\\n' "$n/$a" "$v"; fi
  done
  if [ -r "$n/device/vpd_pg80" ]; then echo "$n/vpd80:$(tail -c +5 "$n/device/vpd_pg80" | tr -d '\\000')"; fi
  for p in "$n/$n"*; do
    [ -e "$p/partition" ] || continue
    for a in size dev; do get "$p/$a" && echo "$p/$a:$v"; done
  done
done
echo '@@ stacked'
for s in */slaves/*; do
  [ -e "$s" ] || continue
  n=\${s%%/*}; get "$n/dev" && echo "\${s##*/} $n $v"
done
echo '@@ done'
`);

const names = section(`
if [ -d /dev/disk/by-id ]; then ls -l /dev/disk/by-id; fi
if [ -d /run/udev/data ]; then
  grep -aHE '^E:(ID_SERIAL_SHORT|ID_SCSI_SERIAL|SCSI_IDENT_SERIAL|ID_WWN|ID_WWN_WITH_EXTENSION|ID_MODEL_ENC|ID_MODEL)=' /run/udev/data/b*
fi
:`);

const usage = section(`
root
echo '@@ mounts'
cat /proc/self/mountinfo
echo "@@ swaps"
cat /proc/swaps
echo '@@ openers'
if command -v find >/dev/null 2>&1; then
  { within 10 find /proc/[0-9]*/fd -maxdepth 1 -lname '/dev/*' -printf '%l\\n' 2>/dev/null; echo "status $?"; } | sort -u | grep -avE '^/dev/(null|zero|full|u?random|tty|ptmx|console|kmsg|fuse|pts/|shm/|net/|input/|hugepages)'
  echo '@@ done'
else echo '#missing find' >&2
fi
:`);

const signatures = section(`
root
${DISKS}
[ $# -gt 0 ] || exit 0
have blkid
have wipefs
# An older cmp without -n must not be taken for "differs".
compares=; ! command -v cmp >/dev/null 2>&1 || ! cmp -s -n 1 /dev/zero /dev/zero 0 0 2>/dev/null || compares=yes
zeros() {
  echo "@@ data $1 $(($2 + $3))"
  if [ -n "$compares" ]; then
    within 10 cmp -s -n "$3" "$(node "$1")" /dev/zero "$2" 0
    case $? in 0) echo zero ;; 1) echo data ;; esac
  else within 10 od -Ad -tx1 -j "$2" -N "$3" "$(node "$1")" 2>/dev/null | head -n 3
  fi
  echo '@@ end 0'
}
probe() {
  echo "@@ blkid $1"; command -v blkid >/dev/null 2>&1 && within 10 blkid -p -o export "$(node "$1")"; echo "@@ end $?"
  echo "@@ wipefs $1"; command -v wipefs >/dev/null 2>&1 && within 10 wipefs -n -J "$(node "$1")"; echo "@@ end $?"
}
for n do
  probe "$n"
  for p in "$n/$n"*; do [ ! -e "$p/partition" ] || probe "\${p##*/}"; done
  get "$n/size"; bytes=$((v * 512)); part=1048576
  [ "$bytes" -ge "$part" ] || part=$bytes
  zeros "$n" 0 "$part"
  zeros "$n" $((bytes - part)) "$part"
done
`);

const smart = section(`
root
${DISKS}
[ $# -gt 0 ] || exit 0
have smartctl || exit 0
for n do
  case $n in sd*|hd*|nvme*) ;; *) continue ;; esac
  echo "@@ smart $n"; within 15 smartctl --json=c -n standby -i -H -A "$(node "$n")"; echo; echo "@@ end $?"
done
:`);

export const diskSections = { devices, names, usage, signatures, smart };
