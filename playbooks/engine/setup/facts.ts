import { networkFacts } from "./network-facts.ts";

type Sections = ReadonlyMap<string, string>;

/** Facts by their names without `ansible_`, from the sections of the gathering script. */
export function factsOf(sections: Sections): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  const add = (found: Readonly<Record<string, unknown>>) => {
    for (const [name, value] of Object.entries(found)) if (value !== undefined) facts.set(name, value);
  };
  add(systemFacts(sections));
  add(distributionFacts(sections));
  add(processorFacts(sections));
  add(memoryFacts(sections));
  add(networkFacts(sections));
  add(virtualFacts(sections));
  add(timeFacts(sections));
  add(userFacts(sections));
  add(firmwareFacts(sections));
  add(storageFacts(sections));
  add(localFacts(sections));
  add({ gather_subset: ["all"], module_setup: true });
  return facts;
}

function lines(sections: Sections, name: string): string[] {
  const text = sections.get(name) ?? "";
  return text === "" ? [] : text.split("\n");
}

function pairs(sections: Sections, name: string, separator = "="): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of lines(sections, name)) {
    const at = line.indexOf(separator);
    if (at > 0)
      found.set(
        line.slice(0, at).trim(),
        line
          .slice(at + 1)
          .trim()
          .replace(/^(["'])(.*)\1$/, "$2"),
      );
  }
  return found;
}

function systemFacts(sections: Sections): Record<string, unknown> {
  const [system, kernel, machine, node = "", version] = lines(sections, "uname");
  const fqdn = lines(sections, "fqdn")[0] ?? node;
  const [init = "", initPath = ""] = lines(sections, "init");
  const isSystemd = sections.get("systemd") === "yes";
  const selinux = sections.get("selinux") ?? "";
  const [python, pythonVersion] = lines(sections, "python");
  const [major, minor, micro] = (pythonVersion ?? "").split(".").map(Number);
  const commandLine = Object.fromEntries(
    (sections.get("cmdline") ?? "")
      .split(/\s+/)
      .filter((word) => word !== "")
      .map((word) => {
        const at = word.indexOf("=");
        return at === -1 ? [word, true] : [word.slice(0, at), word.slice(at + 1)];
      }),
  );
  return {
    system,
    kernel,
    kernel_version: version,
    machine,
    architecture: machine,
    userspace_architecture: machine,
    userspace_bits: /64/.test(machine ?? "") ? "64" : "32",
    nodename: node,
    hostname: node.split(".")[0],
    fqdn,
    domain: fqdn.includes(".") ? fqdn.slice(fqdn.indexOf(".") + 1) : (sections.get("domain") ?? ""),
    service_mgr: serviceManager(isSystemd, init, initPath),
    machine_id: sections.get("machine-id"),
    cmdline: commandLine,
    proc_cmdline: commandLine,
    selinux:
      selinux === ""
        ? { status: "disabled" }
        : { status: selinux === "Disabled" ? "disabled" : "enabled", mode: selinux.toLowerCase() },
    selinux_python_present: selinux !== "",
    apparmor: { status: sections.get("apparmor") === "enabled" ? "enabled" : "disabled" },
    fips: sections.get("fips") === "1",
    uptime_seconds: Math.floor(Number((sections.get("uptime") ?? "0").split(" ")[0])),
    ...(pythonVersion === undefined || python === undefined
      ? {}
      : {
          python_version: pythonVersion,
          python: {
            executable: python,
            version: { major, minor, micro, releaselevel: "final", serial: 0 },
            version_info: [major, minor, micro, "final", 0],
            type: "cpython",
            has_sslcontext: true,
          },
        }),
    env: Object.fromEntries(pairs(sections, "environment")),
    ...hostKeys(sections),
  };
}

/** What keeps services running: whoever is process 1, unless that is a name many share. */
function serviceManager(isSystemd: boolean, init: string, initPath: string): string {
  if (isSystemd) return "systemd";
  if (init !== "" && !["init", "sh", "bash"].includes(init)) return init;
  return initPath.endsWith("systemd") ? "systemd" : "sysvinit";
}

function hostKeys(sections: Sections): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const line of lines(sections, "hostkeys")) {
    const [path = "", type, key] = line.split(" ");
    const name = /ssh_host_(\w+)_key\.pub$/.exec(path)?.[1];
    if (name === undefined || key === undefined) continue;
    found[`ssh_host_key_${name}_public`] = key;
    found[`ssh_host_key_${name}_public_keytype`] = type;
  }
  return found;
}

const FAMILIES: Readonly<Record<string, string>> = {
  Debian: "Debian",
  Ubuntu: "Debian",
  Raspbian: "Debian",
  "Linux Mint": "Debian",
  Kali: "Debian",
  Devuan: "Debian",
  RedHat: "RedHat",
  CentOS: "RedHat",
  Rocky: "RedHat",
  AlmaLinux: "RedHat",
  Fedora: "RedHat",
  OracleLinux: "RedHat",
  Amazon: "RedHat",
  Scientific: "RedHat",
  SLES: "Suse",
  openSUSE: "Suse",
  "openSUSE Leap": "Suse",
  "openSUSE Tumbleweed": "Suse",
  Alpine: "Alpine",
  Archlinux: "Archlinux",
  Gentoo: "Gentoo",
};

const DISTRIBUTIONS: Readonly<Record<string, string>> = {
  debian: "Debian",
  ubuntu: "Ubuntu",
  raspbian: "Raspbian",
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
};

const MANAGERS: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  dnf: "dnf",
  yum: "yum",
  zypper: "zypper",
  apk: "apk",
  pacman: "pacman",
};

function distributionFacts(sections: Sections): Record<string, unknown> {
  const release = pairs(sections, "os-release");
  const id = release.get("ID") ?? "";
  const distribution = DISTRIBUTIONS[id] ?? (id === "" ? "NA" : id.charAt(0).toUpperCase() + id.slice(1));
  const debian = sections.get("debian-version") ?? "";
  const redhat = /release (\d+(?:\.\d+)*)/.exec(sections.get("redhat-release") ?? "")?.[1];
  const isDebian = distribution === "Debian";
  const minor = isDebian ? /^\d+\.(\d+)/.exec(debian)?.[1] : undefined;
  const version = isDebian && /^\d+(\.\d+)?$/.test(debian) ? debian : (redhat ?? release.get("VERSION_ID") ?? "NA");
  const codename = release.get("VERSION_CODENAME") ?? /\(([^)]+)\)/.exec(release.get("VERSION") ?? "")?.[1];
  const major = (release.get("VERSION_ID") ?? version).split(".")[0];
  const manager = (lines(sections, "managers")[0] ?? "").split("/").at(-1) ?? "";
  return {
    distribution,
    distribution_release: codename ?? "NA",
    distribution_version: version,
    distribution_major_version: major,
    ...(minor === undefined ? {} : { distribution_minor_version: minor }),
    distribution_file_parsed: true,
    distribution_file_path: "/etc/os-release",
    distribution_file_variety: FAMILIES[distribution] ?? distribution,
    os_family: FAMILIES[distribution] ?? distribution,
    pkg_mgr: MANAGERS[manager] ?? "unknown",
    lsb:
      isDebian || distribution === "Ubuntu"
        ? {
            id: distribution,
            release: version,
            codename,
            description: release.get("PRETTY_NAME"),
            major_release: major,
          }
        : {},
  };
}

function processorFacts(sections: Sections): Record<string, unknown> {
  const text = lines(sections, "cpuinfo").map((line) => line.split(/\s*:\s*/));
  const values = (name: string) => text.filter(([key]) => key === name).map(([, value = ""]) => value);
  const threads = values("processor").length;
  const sockets = new Set(values("physical id")).size || Math.max(1, threads);
  const cores = Number(values("cpu cores")[0] ?? 1);
  const siblings = Number(values("siblings")[0] ?? cores);
  const vendor = values("vendor_id");
  const model = values("model name");
  const perCore = Math.max(1, Math.floor(siblings / Math.max(1, cores)));
  return {
    processor: values("processor").flatMap((number, index) => [
      number,
      ...(vendor[index] === undefined ? [] : [vendor[index]]),
      ...(model[index] === undefined ? [] : [model[index]]),
    ]),
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: perCore,
    processor_vcpus: perCore * sockets * cores,
    processor_nproc: Number(sections.get("nproc") ?? threads),
    flags: (values("flags")[0] ?? "").split(" ").filter((flag) => flag !== ""),
  };
}

function memoryFacts(sections: Sections): Record<string, unknown> {
  const info = pairs(sections, "meminfo", ":");
  const mebibytes = (name: string) => Math.floor(Number.parseInt(info.get(name) ?? "0", 10) / 1024);
  const [total, free, buffers, cached] = [
    mebibytes("MemTotal"),
    mebibytes("MemFree"),
    mebibytes("Buffers"),
    mebibytes("Cached"),
  ];
  const [swapTotal, swapFree, swapCached] = [mebibytes("SwapTotal"), mebibytes("SwapFree"), mebibytes("SwapCached")];
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swapTotal,
    swapfree_mb: swapFree,
    memory_mb: {
      real: { total, used: total - free, free },
      nocache: { free: cached + free + buffers, used: total - (cached + free + buffers) },
      swap: { total: swapTotal, free: swapFree, used: swapTotal - swapFree, cached: swapCached },
    },
  };
}

function virtualFacts(sections: Sections): Record<string, unknown> {
  const container = sections.get("container") ?? "";
  const detected = sections.get("virtualization") ?? "none";
  const names: Readonly<Record<string, string>> = {
    oracle: "virtualbox",
    microsoft: "VirtualPC",
    qemu: "kvm",
    amazon: "kvm",
    none: "NA",
  };
  if (container !== "")
    return {
      virtualization_type: container,
      virtualization_role: "guest",
      virtualization_tech_guest: [container, "container"],
      virtualization_tech_host: [],
    };
  const type = names[detected] ?? (detected === "" ? "NA" : detected);
  const isGuest = type !== "NA";
  return {
    virtualization_type: type,
    virtualization_role: isGuest ? "guest" : "NA",
    virtualization_tech_guest: isGuest ? [type] : [],
    virtualization_tech_host: [],
  };
}

function timeFacts(sections: Sections): Record<string, unknown> {
  const [utc = "", local = ""] = lines(sections, "date");
  const [year, month, day, hour, minute, second, epoch, zone, offset, weekday, weekdayNumber, week] = local.split("|");
  const basic = `${year}${month}${day}T${hour}${minute}${second}`;
  return {
    date_time: {
      year,
      month,
      day,
      hour,
      minute,
      second,
      epoch,
      epoch_int: epoch,
      tz: zone,
      tz_dst: zone,
      tz_offset: offset,
      weekday,
      weekday_number: weekdayNumber,
      weeknumber: week,
      date: `${year}-${month}-${day}`,
      time: `${hour}:${minute}:${second}`,
      iso8601: utc,
      iso8601_micro: utc.replace("Z", ".000000Z"),
      iso8601_basic: `${basic}000000`,
      iso8601_basic_short: basic,
    },
  };
}

function userFacts(sections: Sections): Record<string, unknown> {
  const [name, uid, gid, home, shell, comment] = lines(sections, "id");
  return {
    user_id: name,
    user_uid: Number(uid),
    user_gid: Number(gid),
    user_dir: home,
    user_shell: shell,
    user_gecos: comment ?? "",
    effective_user_id: Number(uid),
    effective_group_id: Number(gid),
    real_user_id: Number(uid),
    real_group_id: Number(gid),
  };
}

function firmwareFacts(sections: Sections): Record<string, unknown> {
  const dmi = pairs(sections, "dmi");
  const value = (name: string) => (dmi.get(name) ?? "") || "NA";
  return {
    product_name: value("product_name"),
    product_serial: value("product_serial"),
    product_uuid: value("product_uuid"),
    product_version: value("product_version"),
    system_vendor: value("sys_vendor"),
    board_name: value("board_name"),
    board_vendor: value("board_vendor"),
    bios_version: value("bios_version"),
    bios_date: value("bios_date"),
    bios_vendor: value("bios_vendor"),
    chassis_vendor: value("chassis_vendor"),
  };
}

function storageFacts(sections: Sections): Record<string, unknown> {
  const space = new Map(
    lines(sections, "space")
      .map((line) => line.split(/\s+/))
      .map((row) => [row[6] ?? "", row]),
  );
  const inodes = new Map(
    lines(sections, "inodes")
      .map((line) => line.split(/\s+/))
      .map((row) => [row[5] ?? "", row]),
  );
  const mounts = lines(sections, "mounts").map((line) => {
    const [device, mount = "", fstype, options, dump, passno] = line.split(" ");
    const sizes = space.get(mount);
    const counts = inodes.get(mount);
    return {
      device,
      mount,
      fstype,
      options,
      dump: Number(dump),
      passno: Number(passno),
      ...(sizes === undefined ? {} : { size_total: Number(sizes[2]), size_available: Number(sizes[4]) }),
      ...(counts === undefined
        ? {}
        : { inode_total: Number(counts[1]), inode_used: Number(counts[2]), inode_available: Number(counts[3]) }),
    };
  });
  return { mounts };
}

function localFacts(sections: Sections): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const line of lines(sections, "local")) {
    const [name = "", encoded = ""] = line.split(" ");
    const text = Buffer.from(encoded, "base64").toString("utf8");
    try {
      found[name] = JSON.parse(text);
    } catch {
      found[name] = iniSections(text);
    }
  }
  return { local: found };
}

function iniSections(text: string): Record<string, Record<string, string>> {
  const found: Record<string, Record<string, string>> = {};
  let section: Record<string, string> | undefined;
  for (const line of text.split("\n")) {
    const head = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    const entry = /^\s*([^=:#;\s][^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (head?.[1] !== undefined) {
      section = {};
      found[head[1]] = section;
    } else if (entry?.[1] !== undefined && section !== undefined) section[entry[1].toLowerCase()] = entry[2] ?? "";
  }
  return found;
}
