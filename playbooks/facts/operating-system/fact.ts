import type { Fact } from "../fact.ts";
import { cleanText, keyValues, printedBy } from "../printed.ts";
import { section } from "../section.ts";
import { Unknowns } from "../unknowns.ts";
import { osRelease } from "./os-release.ts";

const MANAGERS = ["apt", "dnf", "yum", "zypper", "apk"] as const;

export const operatingSystem: Fact<"operating-system"> = {
  name: "operating-system",
  title: "Distribution, kernel, C library, package manager, virtualisation",
  sections: {
    release: section(`cat /etc/os-release || cat /usr/lib/os-release`),
    system: section(`
echo "kernel=$(uname -r)"
echo "architecture=$(uname -m)"
if have getconf; then echo "libc=$(getconf GNU_LIBC_VERSION 2>/dev/null)"; fi
for l in /lib/ld-musl-*; do [ ! -e "$l" ] || echo "musl=$("$l" 2>&1 | grep '^Version')"; done
for m in apt-get dnf yum zypper apk; do if command -v $m >/dev/null 2>&1; then echo "manager=\${m%-get}"; break; fi; done
if get /proc/1/comm; then echo "init=$v"; fi
if have systemd-detect-virt; then echo "virtualisation=$(systemd-detect-virt)"
elif get /run/systemd/container; then echo "virtualisation=$v"
elif [ -e /.dockerenv ]; then echo virtualisation=docker
elif [ -e /run/.containerenv ]; then echo virtualisation=podman
elif grep -q '^flags.* hypervisor' /proc/cpuinfo; then echo hypervisor=yes
fi
if have python3; then echo "python=$(within 5 python3 --version 2>&1)"; fi
container
if get /proc/uptime; then echo "uptime=\${v%% *}"; fi
if get /proc/1/stat; then echo "init-stat=$v"; fi
:`),
  },
  parse(sections) {
    const unknown = new Unknowns();
    const printed = printedBy(sections, "release");
    const release = osRelease(printed.lines);
    const system = printedBy(sections, "system");
    const values = keyValues(system.lines, "=");
    const fromRelease = (field: string, key: string) =>
      unknown.or(field, release.get(key), printed.why(`os-release has no ${key}`));
    const said = (field: string, value: string | null | undefined, reason: string, tool?: string) =>
      unknown.or(field, value, system.why(reason, tool));
    return unknown.reading({
      id: fromRelease("id", "ID"),
      versionId: fromRelease("versionId", "VERSION_ID"),
      codename: fromRelease("codename", "VERSION_CODENAME"),
      name: fromRelease("name", "PRETTY_NAME"),
      family: unknown.or("family", familyOf(release), printed.why("os-release has no ID")),
      kernel: said("kernel", cleanText(values.get("kernel")), "uname does not say"),
      architecture: said("architecture", cleanText(values.get("architecture")), "uname does not say"),
      libc: said("libc", libcOf(values), "neither glibc nor musl answers", "getconf"),
      packageManager: unknown.or(
        "packageManager",
        MANAGERS.find((manager) => manager === values.get("manager")),
        system.why("none of the known ones is installed"),
      ),
      initSystem: said("initSystem", cleanText(values.get("init")), "/proc/1/comm cannot be read"),
      virtualisation: said(
        "virtualisation",
        virtualisationOf(values),
        values.has("hypervisor") ? "runs under a hypervisor that was not named" : "nothing says",
        "systemd-detect-virt",
      ),
      python: said(
        "python",
        /^Python (\d+\.\d+[0-9A-Za-z.+]*)/.exec(values.get("python") ?? "")?.[1],
        "python3 does not answer",
        "python3",
      ),
      uptimeSeconds: unknown.or(
        "uptimeSeconds",
        uptimeOf(values, system.inContainer),
        system.why("/proc/uptime cannot be read"),
      ),
    });
  },
};

function familyOf(release: ReadonlyMap<string, string>): "debian" | "rhel" | "other" | null {
  const words = `${release.get("ID") ?? ""} ${release.get("ID_LIKE") ?? ""}`.toLowerCase().split(/\s+/);
  if (!release.has("ID")) return null;
  if (words.includes("debian") || words.includes("ubuntu")) return "debian";
  return ["rhel", "fedora", "centos"].some((id) => words.includes(id)) ? "rhel" : "other";
}

function libcOf(values: ReadonlyMap<string, string>): string | null {
  const glibc = /^glibc (\d+\.\d+(?:\.\d+)?)$/.exec(values.get("libc") ?? "");
  const musl = /^Version (\d+\.\d+\.\d+)$/.exec(values.get("musl") ?? "");
  if (glibc !== null) return `glibc ${glibc[1]}`;
  return musl === null ? null : `musl ${musl[1]}`;
}

function virtualisationOf(values: ReadonlyMap<string, string>): string | null {
  const word = cleanText(values.get("virtualisation"), 40);
  return word !== null && /^[a-z0-9-]+$/.test(word) ? word : null;
}

/** In a container /proc/uptime counts from the machine's start: there, its own first process tells. */
function uptimeOf(values: ReadonlyMap<string, string>, inContainer: boolean): number | null {
  const uptime = /^\d{1,10}(?:\.\d+)?$/.exec(values.get("uptime") ?? "")?.[0];
  if (uptime === undefined) return null;
  if (!inContainer) return Number(uptime);
  // proc_pid_stat(5): field 22 is the start in ticks of 1/100 s; the second field may itself hold blanks and brackets.
  const stat = values.get("init-stat") ?? "";
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  if (ticks === undefined || !/^\d{1,15}$/.test(ticks)) return null;
  const seconds = Number(uptime) - Number(ticks) / 100;
  return seconds < 0 ? null : Math.round(seconds * 100) / 100;
}
