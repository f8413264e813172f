import { cleanText } from "../printed.ts";

/**
 * Shell that prints `reboot yes|no|unknown` and `lock FILE PID PROGRAM` for each lock held on a package manager's files.
 * A lock is found by its file's inode in /proc/locks, as no tool for it is part of a minimal system.
 */
export const packagesScript = `
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 'reboot yes'
elif command -v needs-restarting >/dev/null 2>&1; then
  within 20 needs-restarting -r >/dev/null 2>&1
  case $? in 0) echo 'reboot no' ;; 1) echo 'reboot yes' ;; *) echo 'reboot unknown' ;; esac
elif command -v apt-get >/dev/null 2>&1; then echo 'reboot no'
else have needs-restarting
fi
ls -i /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/lib/rpm/.rpm.lock /usr/lib/sysimage/rpm/.rpm.lock 2>/dev/null |
while read -r inode file; do
  while read -r _ _ _ _ pid place _; do
    case $place in *:"$inode") v=; get "/proc/$pid/comm"; echo "lock $file $pid $v" ;; esac
  done </proc/locks
done
for f in /var/cache/dnf/*.pid /run/dnf.pid /run/yum.pid /var/run/yum.pid; do
  get "$f" || continue
  pid=$v
  if get "/proc/$pid/comm"; then echo "lock $f $pid $v"; fi
done
[ -r /proc/locks ] && echo 'locks read'
`;

export function rebootIn(lines: readonly string[]): boolean | null {
  if (lines.includes("reboot yes")) return true;
  return lines.includes("reboot no") ? false : null;
}

/** Who holds the package manager's lock: `apt-get (pid 1234)`; null when nobody was found. */
export function lockIn(lines: readonly string[]): string | null {
  for (const line of lines) {
    const match = /^lock (\S+) (\d{1,10}) ?(.*)$/.exec(line);
    if (match !== null) return `${cleanText(match[3], 64) ?? "a process"} (pid ${match[2]}) on ${cleanText(match[1])}`;
  }
  return null;
}
