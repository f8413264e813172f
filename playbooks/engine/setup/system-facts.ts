import { type Facts, lines, pairs, type Sections, text } from "./fact-sections.ts";

export function platformFacts(sections: Sections): Facts {
  const [system, kernel, machine = "", node = "", version, bits = "64"] = lines(sections, "uname");
  const fqdn = lines(sections, "fqdn")[0] ?? node;
  const architecture = /^i[3456]86$/.test(machine) ? "i386" : machine;
  const userspace =
    architecture === "x86_64" || architecture === "i386" ? (bits === "64" ? "x86_64" : "i386") : undefined;
  return {
    system,
    kernel,
    kernel_version: version,
    machine,
    python_version: lines(sections, "python")[1],
    fqdn,
    hostname: node.split(".")[0],
    nodename: node,
    domain: fqdn.includes(".") ? fqdn.slice(fqdn.indexOf(".") + 1) : "",
    userspace_bits: bits,
    architecture,
    userspace_architecture: userspace,
    machine_id: lines(sections, "machine-id")[0],
  };
}

export function pythonFacts(sections: Sections): Facts {
  const [executable, version] = lines(sections, "python");
  if (executable === undefined || version === undefined) return {};
  const [major, minor, micro] = version.split(".").map(Number);
  return {
    python: {
      executable,
      version: { major, minor, micro, releaselevel: "final", serial: 0 },
      version_info: [major, minor, micro, "final", 0],
      type: "cpython",
      has_sslcontext: true,
    },
  };
}

/** What keeps services running: whoever is process 1, unless that is a name many share. */
export function serviceManagerFacts(sections: Sections): Facts {
  const [init = "", path = ""] = lines(sections, "init");
  const names: Readonly<Record<string, string>> = {
    procd: "openwrt_init",
    "runit-init": "runit",
    svscan: "svc",
    "openrc-init": "openrc",
  };
  if (init !== "" && init !== "init" && !init.endsWith("sh")) return { service_mgr: names[init] ?? init };
  return { service_mgr: text(sections, "systemd") !== "" || path.endsWith("systemd") ? "systemd" : "sysvinit" };
}

export function systemdFacts(sections: Sections): Facts {
  const [first, features] = lines(sections, "systemd");
  if (first === undefined || features === undefined) return {};
  return { systemd: { features, version: Number(first.split(" ")[1]) } };
}

export function commandLineFacts(sections: Sections): Facts {
  const single: Record<string, unknown> = {};
  const all: Record<string, unknown> = {};
  for (const word of text(sections, "cmdline").split(/\s+/)) {
    if (word === "") continue;
    const at = word.indexOf("=");
    const [name, value] = at === -1 ? [word, true] : [word.slice(0, at), word.slice(at + 1)];
    single[name] = value;
    // A parameter given several times is a list of its values here, and its last value in `cmdline`.
    const before = all[name];
    all[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return { cmdline: single, proc_cmdline: all };
}

export function selinuxFacts(sections: Sections): Facts {
  const [first, ...rest] = lines(sections, "selinux");
  if (first !== "library" && first !== "Enforcing" && first !== "Permissive")
    return { selinux: { status: "Missing selinux Python library" }, selinux_python_present: false };
  const mode = [first, ...rest].find((line) => /^(Enforcing|Permissive)$/.test(line));
  if (mode === undefined) return { selinux: { status: "disabled" }, selinux_python_present: true };
  const config = pairs(sections, "selinux");
  const version = rest.find((line) => /^\d+$/.test(line));
  return {
    selinux: {
      status: "enabled",
      policyvers: version === undefined ? "unknown" : Number(version),
      config_mode: config.get("SELINUX") ?? "unknown",
      mode: mode.toLowerCase(),
      type: config.get("SELINUXTYPE") ?? "unknown",
    },
    selinux_python_present: true,
  };
}

/** capsh(1)'s line `Current:`, cut up as the original does it. */
export function capabilityFacts(sections: Sections): Facts {
  const line = lines(sections, "capabilities").find((found) => found.startsWith("Current:"));
  if (line === undefined) return { system_capabilities_enforced: "N/A", system_capabilities: "N/A" };
  if (line.split(":")[1]?.trim() === "=ep") return { system_capabilities_enforced: "False", system_capabilities: [] };
  const capabilities = (line.split("=")[1] ?? "").split(",").map((word) => word.trim());
  return { system_capabilities_enforced: "True", system_capabilities: capabilities };
}

export function chrootFacts(sections: Sections): Facts {
  const found = lines(sections, "chroot");
  if (found.includes("yes")) return { is_chroot: true };
  const [different, inode, type = ""] = found;
  // Without rights to look at process 1, the root's inode number tells: 2, or what btrfs and xfs have.
  const usual = type === "btrfs" ? "256" : type === "xfs" ? "128" : "2";
  return { is_chroot: different === "1" ? false : different === "2" ? true : inode !== usual };
}

export function loadFacts(sections: Sections): Facts {
  const [one, five, fifteen] = text(sections, "loadavg").split(" ").map(Number);
  return { loadavg: { "1m": one, "5m": five, "15m": fifteen } };
}

export function timeFacts(sections: Sections): Facts {
  const [utc = "", local = "", winter = "", summer = ""] = lines(sections, "date");
  const [iso = "", micro = ""] = utc.split("|");
  const [year, month, day, hour, minute, second, epoch, zone, offset, weekday, weekdayNumber, week] = local.split("|");
  const basic = `${year}${month}${day}T${hour}${minute}${second}`;
  // The zone's name in summer is the one that is further east.
  const [later = ""] = [winter, summer].sort((a, b) => Number(b.split(" ")[0]) - Number(a.split(" ")[0]));
  return {
    date_time: {
      year,
      month,
      weekday,
      weekday_number: weekdayNumber,
      weeknumber: week,
      day,
      hour,
      minute,
      second,
      epoch,
      epoch_int: epoch,
      date: `${year}-${month}-${day}`,
      time: `${hour}:${minute}:${second}`,
      iso8601_micro: `${iso}.${micro}Z`,
      iso8601: `${iso}Z`,
      iso8601_basic: `${basic}${micro}`,
      iso8601_basic_short: basic,
      tz: zone,
      tz_dst: later.split(" ")[1] ?? zone,
      tz_offset: offset,
    },
  };
}

export function environmentFacts(sections: Sections): Facts {
  const found: Record<string, string> = {};
  for (const line of lines(sections, "environment")) {
    const at = line.indexOf("=");
    if (at > 0) found[line.slice(0, at)] = line.slice(at + 1);
  }
  return { env: found };
}

export function userFacts(sections: Sections): Facts {
  const [name, uid, gid, realUid, realGid, entry = ""] = lines(sections, "id");
  const [, , entryUid, entryGid, comment, home, shell] = entry.split(":");
  return {
    user_id: name,
    user_uid: Number(entryUid ?? uid),
    user_gid: Number(entryGid ?? gid),
    user_gecos: comment ?? "",
    user_dir: home,
    user_shell: shell,
    real_user_id: Number(realUid),
    effective_user_id: Number(uid),
    real_group_id: Number(realGid),
    effective_group_id: Number(gid),
  };
}

export function hostKeyFacts(sections: Sections): Facts {
  const found: Record<string, unknown> = {};
  for (const line of lines(sections, "hostkeys")) {
    const [path = "", type, key] = line.split(" ");
    const name = /ssh_host_(dsa|rsa|ecdsa|ed25519)_key\.pub$/.exec(path)?.[1];
    if (name === undefined || key === undefined) continue;
    found[`ssh_host_key_${name}_public`] = key;
    found[`ssh_host_key_${name}_public_keytype`] = type;
  }
  return found;
}
