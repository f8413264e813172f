import { type Facts, lines, pairs, type Sections, text } from "./fact-sections.ts";

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  Debian: ["Debian", "Ubuntu", "Raspbian", "Linux Mint", "Kali", "Devuan", "Parrot", "Pop!_OS"],
  RedHat: [
    "RedHat",
    "CentOS",
    "Rocky",
    "AlmaLinux",
    "Fedora",
    "OracleLinux",
    "Amazon",
    "Scientific",
    "CloudLinux",
    "Virtuozzo",
    "openEuler",
    "EuroLinux",
  ],
  Suse: ["SLES", "SLED", "openSUSE", "openSUSE Leap", "openSUSE Tumbleweed"],
};

const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  debian: "Debian",
  ubuntu: "Ubuntu",
  raspbian: "Raspbian",
  devuan: "Devuan",
  rhel: "RedHat",
  centos: "CentOS",
  rocky: "Rocky",
  almalinux: "AlmaLinux",
  fedora: "Fedora",
  ol: "OracleLinux",
  amzn: "Amazon",
  sles: "SLES",
  "opensuse-leap": "openSUSE Leap",
  "opensuse-tumbleweed": "openSUSE Tumbleweed",
  alpine: "Alpine",
  arch: "Archlinux",
  linuxmint: "Linux Mint",
  kali: "Kali",
  parrot: "Parrot",
  pop: "Pop!_OS",
  cloudlinux: "CloudLinux",
  virtuozzo: "Virtuozzo",
  openEuler: "openEuler",
  eurolinux: "EuroLinux",
  gentoo: "Gentoo",
};

function distributionOf(sections: Sections): string {
  const id = pairs(sections, "os-release").get("ID") ?? "";
  return DISTRIBUTIONS[id] ?? (id === "" ? "NA" : id.charAt(0).toUpperCase() + id.slice(1));
}

function familyOf(distribution: string): string {
  return Object.entries(FAMILIES).find(([, members]) => members.includes(distribution))?.[0] ?? distribution;
}

/** What the distribution is called, as the original words it for Debian, Enterprise Linux and their kin. */
export function distributionFacts(sections: Sections): Facts {
  const release = pairs(sections, "os-release");
  const distribution = distributionOf(sections);
  const family = familyOf(distribution);
  const debian = text(sections, "debian-version");
  const redhat = /release (\d+(?:\.\d+)*)/.exec(text(sections, "redhat-release"))?.[1];
  const isDebian = distribution === "Debian";
  const minor = isDebian ? /^\d+\.(\d+)/.exec(debian)?.[1] : undefined;
  const version = isDebian && /^\d+(\.\d+)?$/.test(debian) ? debian : (redhat ?? release.get("VERSION_ID") ?? "NA");
  const inBrackets = /\(([^)]+)\)/.exec(release.get("VERSION") ?? "")?.[1];
  const stream = distribution === "CentOS" && (release.get("NAME") ?? "").includes("Stream") ? "Stream" : undefined;
  const hasFile = family === "RedHat" && redhat !== undefined;
  return {
    distribution,
    distribution_release: stream ?? release.get("VERSION_CODENAME") ?? inBrackets ?? "NA",
    distribution_version: version,
    distribution_major_version: (release.get("VERSION_ID") ?? version).split(".")[0],
    distribution_minor_version: minor,
    distribution_file_parsed: true,
    distribution_file_path: hasFile ? "/etc/redhat-release" : "/etc/os-release",
    distribution_file_variety: family,
    os_family: family,
  };
}

/** What lsb_release or /etc/lsb-release says; nothing where there is neither. */
export function lsbFacts(sections: Sections): Facts {
  const found: Record<string, string> = {};
  const names: readonly (readonly [string, string])[] = [
    ["LSB Version:", "release"],
    ["Distributor ID:", "id"],
    ["Description:", "description"],
    ["Release:", "release"],
    ["Codename:", "codename"],
    ["DISTRIB_ID=", "id"],
    ["DISTRIB_RELEASE=", "release"],
    ["DISTRIB_DESCRIPTION=", "description"],
    ["DISTRIB_CODENAME=", "codename"],
  ];
  for (const line of lines(sections, "lsb")) {
    const match = names.find(([start]) => line.startsWith(start));
    if (match !== undefined)
      found[match[1]] = line
        .slice(match[0].length)
        .trim()
        .replace(/^['"\\]+|['"\\]+$/g, "");
  }
  const release = found["release"];
  return { lsb: release === undefined ? found : { ...found, major_release: release.split(".")[0] } };
}

const MANAGERS: Readonly<Record<string, string>> = {
  "rpm-ostree": "atomic_container",
  yum: "dnf",
  "dnf-3": "dnf",
  dnf5: "dnf5",
  "apt-get": "apt",
  zypper: "zypper",
  pacman: "pacman",
  apk: "apk",
  emerge: "portage",
  "xbps-install": "xbps",
};

/** The package manager that the distribution itself uses. */
export function packageManagerFacts(sections: Sections): Facts {
  const found = lines(sections, "managers");
  const family = familyOf(distributionOf(sections));
  const paths = found.filter((line) => line.startsWith("/"));
  const last = MANAGERS[paths.at(-1)?.split("/").at(-1) ?? ""] ?? "unknown";
  if (family === "RedHat") {
    const dnf = found.find((line) => line.startsWith("dnf "));
    if (found.includes("ostree")) return { pkg_mgr: "atomic_container" };
    return { pkg_mgr: dnf === undefined ? "unknown" : dnf === "dnf /usr/bin/dnf5" ? "dnf5" : "dnf" };
  }
  const name = family === "Debian" ? "apt" : last;
  return { pkg_mgr: name === "apt" && found.includes("apt-rpm") ? "apt_rpm" : name };
}
