import { shellQuote } from "#inventory/kernel/shell.ts";

/** Mark before each section of the output; the name of the section follows. */
export const SECTION = "@@bdap-facts:";

const BLOCK_ATTRIBUTES = [
  "removable",
  "size",
  "device/vendor",
  "device/model",
  "device/sas_address",
  "device/sas_device_handle",
  "device/serial",
  "queue/discard_max_hw_bytes",
  "queue/discard_granularity",
  "queue/rotational",
  "queue/scheduler",
  "queue/logical_block_size",
  "queue/hw_sector_size",
  "*/start",
  "*/size",
];
const LINK_ATTRIBUTES = ["address", "mtu", "operstate", "type", "speed", "flags"];
const BONDING = ["slaves", "mode", "miimon", "lacp_rate", "primary", "all_slaves_active"].map(
  (name) => `bonding/${name}`,
);
const BRIDGE = ["bridge/bridge_id", "bridge/stp_state", "bonding_slave/perm_hwaddr"];
const DMI =
  "product_name product_serial product_uuid product_version product_family sys_vendor board_asset_tag board_name board_serial board_vendor " +
  "board_version bios_version bios_date bios_vendor chassis_asset_tag chassis_serial chassis_type chassis_vendor chassis_version";
const under = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/*/${name}`).join(" ");

/** Every section: its name, the collectors that need it, and the shell that prints it. What a host lacks prints nothing. */
const SECTIONS: readonly (readonly [string, string, string])[] = [
  ["os-release", "distribution", "cat /etc/os-release /usr/lib/os-release 2>/dev/null | awk -F= '!seen[$1]++'"],
  ["debian-version", "distribution", "cat /etc/debian_version"],
  ["redhat-release", "distribution", "cat /etc/redhat-release"],
  ["uname", "platform", "uname -s; uname -r; uname -m; uname -n; uname -v; getconf LONG_BIT"],
  ["fqdn", "platform", "hostname -f || hostname"],
  ["domain", "platform", "hostname -d"],
  ["meminfo", "hardware", "cat /proc/meminfo"],
  [
    "cpuinfo",
    "hardware virtual",
    "grep -E '^(processor|Processor|model name|vendor_id|cpu|Vendor|physical id|core id|siblings|cpu cores|flags|machine)[[:space:]]*:' /proc/cpuinfo",
  ],
  ["nproc", "hardware", "nproc"],
  ["loadavg", "loadavg", "cat /proc/loadavg"],
  ["addresses", "network", "ip -o addr show"],
  ["links", "network", `grep -sH '' ${under("/sys/class/net", [...LINK_ATTRIBUTES, ...BONDING, ...BRIDGE])}`],
  [
    "link-folders",
    "network",
    "find /sys/class/net -mindepth 1 -maxdepth 1 -printf 'link %f\\n'; find -L /sys/class/net -mindepth 2 -maxdepth 2 -type d \\( -name bridge -o -name bonding \\) -printf 'folder %p\\n'; " +
      'for d in /sys/class/net/*/device; do [ -e "$d" ] && echo "device $d $(readlink -f "$d") $(readlink -f "$d/driver/module")"; done; for b in /sys/class/net/*/brif/*; do [ -e "$b" ] && echo "port $b"; done',
  ],
  [
    "ethtool",
    "network",
    'command -v ethtool >/dev/null && for d in /sys/class/net/*; do echo "features ${d##*/}"; ethtool -k "${d##*/}"; echo "timestamps ${d##*/}"; ethtool -T "${d##*/}"; done',
  ],
  ["route4", "network", "ip -4 route get 8.8.8.8"],
  ["route6", "network", "ip -6 route get 2404:6800:400a:800::1012"],
  ["local-routes", "network", "ip -4 route show table local; ip -6 route show table local"],
  ["fibre-channel", "fibre_channel_wwn", "cat /sys/class/fc_host/*/port_name"],
  ["iscsi", "iscsi", "cat /etc/iscsi/initiatorname.iscsi"],
  ["nvme", "nvme", "cat /etc/nvme/hostnqn"],
  ["resolv", "dns", "cat /etc/resolv.conf"],
  ["container", "virtual", "cat /run/systemd/container"],
  [
    "virtualization",
    "virtual",
    "cat /proc/1/cgroup; tr '\\0' '\\n' < /proc/1/environ | grep '^container='; for f in /proc/vz /proc/lve /proc/bc /.dockerenv /.dockerinit /proc/xen /dev/kvm; do [ -e $f ] && echo \"there $f\"; done; " +
      "grep -s control_d /proc/xen/capabilities; grep -E '^(kvm|vboxdrv|virtio) ' /proc/modules",
  ],
  ["init", "service_mgr", "cat /proc/1/comm; readlink -f /sbin/init"],
  [
    "systemd",
    "service_mgr systemd",
    "command -v systemctl >/dev/null && test -d /run/systemd/system && systemctl --version",
  ],
  [
    "date",
    "date_time",
    "TZ= date -u '+%Y-%m-%dT%H:%M:%S|%6N'; date '+%Y|%m|%d|%H|%M|%S|%s|%Z|%z|%A|%w|%W'; for d in 01-01 07-01; do date -d \"$(date +%Y)-$d\" '+%z %Z'; done",
  ],
  ["uptime", "hardware", "cat /proc/uptime"],
  ["cmdline", "cmdline", "cat /proc/cmdline"],
  ["id", "user", 'id -un; id -u; id -g; id -ru; id -rg; getent passwd "$(id -u)"'],
  [
    "selinux",
    "selinux",
    "{ ldconfig -p || /sbin/ldconfig -p; } | grep -q libselinux.so.1 && echo library; getenforce; cat /sys/fs/selinux/policyvers; echo; grep -E '^SELINUX(TYPE)?=' /etc/selinux/config",
  ],
  ["apparmor", "apparmor", "test -e /sys/kernel/security/apparmor && echo enabled"],
  [
    "chroot",
    "chroot",
    '[ -n "$debian_chroot" ] && echo yes; stat -L -c %d:%i / /proc/1/root/. | uniq | wc -l; stat -c %i /; stat -f -c %T /',
  ],
  ["fips", "fips", "cat /proc/sys/crypto/fips_enabled"],
  ["capabilities", "caps", "capsh --print"],
  [
    "python",
    "platform python",
    "command -v python3 && python3 -c 'import sys; print(\".\".join(map(str, sys.version_info[:3])))'",
  ],
  [
    "dmi",
    "hardware virtual",
    `for f in ${DMI}; do printf '%s=%s\\n' "$f" "$(cat /sys/devices/virtual/dmi/id/$f 2>/dev/null)"; done`,
  ],
  ["machine-id", "platform", "cat /var/lib/dbus/machine-id || cat /etc/machine-id"],
  ["lsb", "lsb", "lsb_release -a || cat /etc/lsb-release"],
  ["mounts", "hardware", "cat /etc/mtab || cat /proc/mounts"],
  ["binds", "hardware", "findmnt --list --noheadings --notruncate | awk '$2 ~ /\\]$/ { print $1 }'"],
  [
    "space",
    "hardware",
    `awk '$1 ~ /^[\\/\\\\]|:\\// && $3 != "none" { print $2 }' /proc/mounts | while read -r m; do p=$(printf %b "$m"); timeout "$bdap_timeout" stat -f -c "%S %b %a %s %c %d $m" -- "$p"; done`,
  ],
  [
    "uuids",
    "hardware",
    'known=$(lsblk -lnp --output NAME,UUID --exclude 2); printf "%s\\n" "$known"; awk \'$1 ~ /^\\/dev\\// && !seen[$1]++ { print $1 }\' /proc/mounts | while read -r d; do case " $(printf "%s" "$known" | cut -d" " -f1 | tr "\\n" " ")" in *" $d "*) ;; *) echo "$d $(udevadm info --query property --name "$d" | sed -n s/^ID_FS_UUID=//p)" ;; esac; done',
  ],
  ["block-devices", "hardware", "find /sys/block -mindepth 1 -maxdepth 1 -printf '%f %l\\n'"],
  ["block-attributes", "hardware", `grep -sH '' ${under("/sys/block", BLOCK_ATTRIBUTES)}`],
  [
    "block-holders",
    "hardware",
    'for h in /sys/block/*/holders/dm-* /sys/block/*/*/holders/dm-*; do [ -e "$h" ] && echo "$h $(cat "$h/dm/name")"; done; for s in /sys/block/*/slaves/*; do [ -e "$s" ] && echo "$s"; done',
  ],
  ["disk-links", "hardware", "find /dev/disk/by-id /dev/disk/by-uuid /dev/disk/by-label -type l -printf '%p %l\\n'"],
  ["pci", "hardware", "lspci -D"],
  [
    "scsi-serials",
    "hardware",
    'command -v sg_inq && for b in /sys/block/*; do sg_inq "/dev/${b##*/}" | sed -n "s/^ *\\(Unit serial\\|Serial\\) number: *\\([A-Za-z0-9_]*\\).*/${b##*/} \\2/p"; done',
  ],
  [
    "lvm",
    "hardware",
    'if command -v vgs >/dev/null; then echo there; [ "$(id -u)" -ne 0 ] || for c in vgs lvs pvs; do $c --noheadings --nosuffix --units g --separator , | sed "s/^ */$c /"; done; fi; for d in /dev/dm-*; do [ -e "$d" ] && echo "mapper $d $(dmsetup info -C --noheadings -o name "$d")"; done',
  ],
  [
    "hostkeys",
    "ssh_pub_keys",
    'for d in /etc/ssh /etc/openssh /etc; do [ -e "$d/ssh_host_rsa_key.pub" ] || [ -e "$d/ssh_host_ed25519_key.pub" ] || continue; for f in "$d"/ssh_host_*_key.pub; do test -r "$f" && echo "$f $(cat "$f")"; done; break; done',
  ],
  [
    "managers",
    "pkg_mgr",
    'for m in /usr/bin/rpm-ostree /usr/bin/yum /usr/bin/dnf-3 /usr/bin/dnf5 /usr/bin/apt-get /usr/bin/zypper /usr/bin/pacman /sbin/apk /usr/bin/emerge /usr/bin/xbps-install; do [ -e "$m" ] && echo "$m"; done; ' +
      'for b in /usr/bin/dnf /usr/bin/microdnf; do [ -e "$b" ] && echo "dnf $(readlink -f "$b")" && break; done; [ -e /run/ostree-booted ] && echo ostree; [ -x /usr/bin/rpm ] && rpm -q --whatprovides /usr/bin/apt-get >/dev/null && echo apt-rpm',
  ],
  [
    "local",
    "local",
    // A program's complaints are kept apart from its output, whose last line becomes its exit status.
    'for f in "$bdap_facts"/*.fact; do [ -e "$f" ] || [ -h "$f" ] || continue; echo "fact $(basename "$f" .fact | base64 -w0)"; if [ ! -e "$f" ]; then echo broken; elif [ -x "$f" ]; then echo program; ' +
      '{ { e=$({ "$f"; printf "\\n%s" "$?"; } 2>&1 >&3 | base64 -w0); echo "err $e" >&4; } 3>&1 | { o=$(base64 -w0); echo "out $o"; }; } 4>&1; else echo "out $(base64 -w0 <"$f")"; fi; done',
  ],
];

/** One script that reads everything the facts of `collectors` need; it changes nothing. */
export function gatherScript(
  collectors: ReadonlySet<string>,
  where: { readonly factPath: string; readonly mountTimeout: number },
): string {
  const needed = SECTIONS.filter(([, users]) => users.split(" ").some((name) => collectors.has(name)));
  const parts = needed.map(([name, , script]) => `printf '%s%s\\n' '${SECTION}' '${name}'\n{ ${script}; } 2>/dev/null`);
  // The environment is told as it was, before this script makes it its own.
  const environment = `printf '%s%s\\n' '${SECTION}' environment\nenv | grep -v '^_='\nbdap_facts=${shellQuote(where.factPath)} bdap_timeout=${where.mountTimeout}\n`;
  return `${environment}export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"\n${parts.join("\n")}\n:`;
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
