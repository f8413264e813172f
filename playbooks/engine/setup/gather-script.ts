/** Mark before each section of the output; the name of the section follows. */
export const SECTION = "@@bdap-facts:";

/** Every section: its name and the shell that prints it. What a host lacks prints nothing. */
const SECTIONS: readonly (readonly [string, string])[] = [
  ["os-release", "cat /etc/os-release /usr/lib/os-release 2>/dev/null | awk -F= '!seen[$1]++'"],
  ["debian-version", "cat /etc/debian_version"],
  ["redhat-release", "cat /etc/redhat-release"],
  ["uname", "uname -s; uname -r; uname -m; uname -n; uname -v"],
  ["fqdn", "hostname -f || hostname"],
  ["domain", "hostname -d"],
  ["meminfo", "cat /proc/meminfo"],
  ["cpuinfo", "grep -E '^(processor|model name|vendor_id|physical id|core id|siblings|cpu cores|flags)' /proc/cpuinfo"],
  ["nproc", "nproc"],
  ["addresses", "ip -o addr show"],
  ["links", "ip -o link show"],
  ["route4", "ip -4 route get 8.8.8.8"],
  ["route6", "ip -6 route get 2404:6800:400a:800::1012"],
  ["virtualization", "systemd-detect-virt"],
  ["container", "cat /run/systemd/container || tr '\\0' '\\n' < /proc/1/environ | sed -n 's/^container=//p'"],
  ["init", "cat /proc/1/comm; readlink -f /sbin/init"],
  ["systemd", "test -d /run/systemd/system && echo yes"],
  ["date", "TZ= date -u '+%Y-%m-%dT%H:%M:%SZ'; date '+%Y|%m|%d|%H|%M|%S|%s|%Z|%z|%A|%w|%W'"],
  ["uptime", "cat /proc/uptime"],
  ["cmdline", "cat /proc/cmdline"],
  ["id", 'id -un; id -u; id -g; echo "$HOME"; echo "$SHELL"; getent passwd "$(id -un)" | cut -d: -f5'],
  ["selinux", "getenforce"],
  ["apparmor", "test -d /sys/kernel/security/apparmor && echo enabled"],
  ["fips", "cat /proc/sys/crypto/fips_enabled"],
  ["python", "command -v python3 && python3 -c 'import sys; print(\".\".join(map(str, sys.version_info[:3])))'"],
  [
    "dmi",
    'for f in product_name product_serial product_uuid product_version sys_vendor board_name bios_version bios_date bios_vendor chassis_vendor board_vendor; do printf \'%s=%s\\n\' "$f" "$(cat /sys/class/dmi/id/$f 2>/dev/null)"; done',
  ],
  ["resolv", "cat /etc/resolv.conf"],
  ["machine-id", "cat /etc/machine-id"],
  ["mounts", "grep -E '^/dev/' /proc/mounts"],
  ["space", "df -PB1 -T"],
  ["inodes", "df -Pi"],
  ["environment", "env"],
  ["hostkeys", 'for f in /etc/ssh/ssh_host_*_key.pub; do test -r "$f" && echo "$f $(cat "$f")"; done'],
  ["managers", "for m in apt-get dnf yum zypper apk pacman; do command -v $m; done"],
  [
    "local",
    'for f in /etc/ansible/facts.d/*.fact; do test -f "$f" || continue; printf \'%s %s\\n\' "$(basename "$f" .fact)" "$( if test -x "$f"; then "$f"; else cat "$f"; fi | base64 -w0 )"; done',
  ],
];

/** One script that reads everything the facts need; it changes nothing. */
export function gatherScript(): string {
  const parts = SECTIONS.map(([name, script]) => `printf '%s%s\\n' '${SECTION}' '${name}'\n{ ${script}; } 2>/dev/null`);
  return `export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"\n${parts.join("\n")}\n:`;
}

/** The output of {@link gatherScript} by section. */
export function sectionsOf(output: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  for (const part of output.split(SECTION).slice(1)) {
    const end = part.indexOf("\n");
    sections.set(part.slice(0, end), part.slice(end + 1).trimEnd());
  }
  return sections;
}
