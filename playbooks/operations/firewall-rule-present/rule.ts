type Arguments = Readonly<Record<string, unknown>>;

/** Words of iptables(8) for a rule, in the order of the `iptables` module of ansible-core. */
export function ruleWords(args: Arguments): string[] {
  const words: string[] = [];
  const text = (name: string) => (args[name] === null || args[name] === undefined ? undefined : String(args[name]));
  const list = (name: string) => (Array.isArray(args[name]) ? args[name].map(String) : []);
  const add = (flag: string, value: string | undefined) => {
    if (value === undefined) return;
    if (value.startsWith("!")) words.push("!", flag, value.slice(1));
    else words.push(flag, value);
  };
  const option = (flag: string, name: string) => add(flag, text(name));
  const match = (module: string, ...names: readonly string[]) => {
    if (names.some((name) => (text(name) ?? "") !== "" && list(name).length + (text(name) ?? "").length > 0))
      words.push("-m", module);
  };
  const joined = (flag: string, values: readonly string[]) => {
    if (values.length > 0) words.push(flag, values.join(","));
  };
  const jump = text("jump");
  const matches = list("match");
  option("-p", "protocol");
  option("-s", "source");
  option("-d", "destination");
  for (const module of matches) add("-m", module);
  tcpFlags(args.tcp_flags, words);
  option("-j", "jump");
  if (jump?.toLowerCase() === "tee") option("--gateway", "gateway");
  option("--log-prefix", "log_prefix");
  option("--log-level", "log_level");
  option("--to-destination", "to_destination");
  if (list("destination_ports").length > 0) words.push("-m", "multiport");
  joined("--dports", list("destination_ports"));
  option("--to-source", "to_source");
  option("-g", "goto");
  option("-i", "in_interface");
  option("-o", "out_interface");
  option("-f", "fragment");
  option("-c", "set_counters");
  option("--source-port", "source_port");
  option("--destination-port", "destination_port");
  option("--to-ports", "to_ports");
  for (const [flag, name] of [
    ["--set-dscp", "set_dscp_mark"],
    ["--set-dscp-class", "set_dscp_mark_class"],
  ] as const) {
    option(flag, name);
    if (text(name) !== undefined && jump?.toLowerCase() !== "dscp") words.push("-j", "DSCP");
  }
  if (args.syn === "match") words.push("--syn");
  else if (args.syn === "negate") words.push("!", "--syn");
  connectionState(list("ctstate"), matches, words);
  if (!matches.includes("iprange")) match("iprange", "src_range", "dst_range");
  option("--src-range", "src_range");
  option("--dst-range", "dst_range");
  if (!matches.includes("set")) match("set", "match_set");
  option("--match-set", "match_set");
  const setFlags = text("match_set_flags");
  if (setFlags !== undefined && text("match_set") !== undefined) words.push(setFlags);
  match("limit", "limit", "limit_burst");
  option("--limit", "limit");
  option("--limit-burst", "limit_burst");
  for (const owner of ["uid_owner", "gid_owner"]) {
    match("owner", owner);
    option(`--${owner.replace("_", "-")}`, owner);
  }
  if (jump === undefined && text("reject_with") !== undefined) words.push("-j", "REJECT");
  option("--reject-with", "reject_with");
  option(args.ip_version === "ipv6" ? "--icmpv6-type" : "--icmp-type", "icmp_type");
  match("comment", "comment");
  option("--comment", "comment");
  return words;
}

function tcpFlags(value: unknown, words: string[]): void {
  if (typeof value !== "object" || value === null) return;
  const { flags, flags_set: set } = value as Readonly<Record<string, unknown>>;
  const text = (names: unknown) => (Array.isArray(names) ? names : String(names).split(",")).map(String).join(",");
  if (flags !== undefined && set !== undefined) words.push("--tcp-flags", text(flags), text(set));
}

function connectionState(states: readonly string[], matches: readonly string[], words: string[]): void {
  if (states.length === 0) return;
  if (!matches.includes("conntrack") && matches.includes("state")) words.push("--state", states.join(","));
  else {
    if (!matches.includes("conntrack")) words.push("-m", "conntrack");
    words.push("--ctstate", states.join(","));
  }
}
