/** One group of facts that `gather_subset` can name: by its own name or one of `aliases`. */
interface Collector {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly requires: readonly string[];
  /** Whether it belongs to `min`. */
  readonly minimal: boolean;
}

function collector(name: string, minimal: boolean, aliases = "", requires = ""): Collector {
  const words = (text: string) => text.split(" ").filter((word) => word !== "");
  return { name, minimal, aliases: words(aliases), requires: words(requires) };
}

/** The collectors of ansible-core 2.19 for Linux. `facter` and `ohai` are known by name and find nothing. */
const COLLECTORS: readonly Collector[] = [
  collector("platform", true, "system kernel kernel_version machine python_version architecture machine_id"),
  collector(
    "distribution",
    true,
    "distribution_version distribution_release distribution_major_version os_family",
    "platform",
  ),
  collector("lsb", true),
  collector("selinux", true),
  collector("apparmor", true),
  collector("chroot", false, "is_chroot"),
  collector("fips", true),
  collector("python", true),
  collector("caps", true, "system_capabilities system_capabilities_enforced"),
  collector("pkg_mgr", true, "", "distribution"),
  collector("service_mgr", true, "", "platform distribution"),
  collector("cmdline", true),
  collector("date_time", true),
  collector("env", true),
  collector("loadavg", false),
  collector(
    "ssh_pub_keys",
    true,
    "ssh_host_pub_keys ssh_host_key_dsa_public ssh_host_key_rsa_public ssh_host_key_ecdsa_public ssh_host_key_ed25519_public",
  ),
  collector(
    "user",
    true,
    "user_id user_uid user_gid user_gecos user_dir user_shell real_user_id effective_user_id effective_group_ids",
  ),
  collector("systemd", false),
  collector(
    "virtual",
    false,
    "virtualization_type virtualization_role virtualization_tech_guest virtualization_tech_host",
  ),
  collector("hardware", false, "processor processor_cores processor_count mounts devices", "platform"),
  collector("dns", true),
  collector("fibre_channel_wwn", false),
  collector(
    "network",
    false,
    "interfaces default_ipv4 default_ipv6 all_ipv4_addresses all_ipv6_addresses",
    "platform distribution",
  ),
  collector("iscsi", false),
  collector("nvme", false),
  collector("local", true),
  collector("facter", false),
  collector("ohai", false),
];

/**
 * The collectors a `gather_subset` asks for: `min` first, then what is added, then what `!` takes away; what is named is never
 * taken away. Gives the original's message for a name it does not know.
 */
export function chosenCollectors(asked: readonly string[]): ReadonlySet<string> | string {
  const valid = new Set(COLLECTORS.flatMap(({ name, aliases }) => [name, ...aliases]));
  const minimal = COLLECTORS.filter((one) => one.minimal).map((one) => one.name);
  const added = new Set(minimal);
  const excluded = new Set<string>();
  const named = new Set<string>();
  for (const word of asked.length === 0 ? ["all"] : asked) {
    const subset = word.replace(/^!/, "");
    const members = subset === "min" ? minimal : [...valid].filter((name) => word === "all" || !minimal.includes(name));
    if (subset === "min" || subset === "all")
      for (const name of members) (word === subset ? added : excluded).add(name);
    else if (word !== subset) {
      for (const name of [subset, ...(COLLECTORS.find((one) => one.name === subset)?.aliases ?? [])])
        excluded.add(name);
    } else if (!valid.has(subset)) {
      const options = [...valid].sort().join(", ");
      return `Bad subset '${subset}' given to Ansible. gather_subset options allowed: all, ${options}`;
    } else {
      added.add(subset);
      named.add(subset);
    }
  }
  const wanted = [...added].filter((name) => !excluded.has(name) || named.has(name));
  return withRequired(COLLECTORS.filter(({ name, aliases }) => [name, ...aliases].some((id) => wanted.includes(id))));
}

function withRequired(chosen: readonly Collector[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (one: Collector | undefined) => {
    if (one === undefined || names.has(one.name)) return;
    names.add(one.name);
    for (const required of one.requires) add(COLLECTORS.find((other) => other.name === required));
  };
  for (const one of chosen) add(one);
  return names;
}
