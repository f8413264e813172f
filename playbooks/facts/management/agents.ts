/** A program that manages machines: the paths that it leaves, and the names its processes have (15 characters at most). */
export interface KnownAgent {
  readonly name: string;
  readonly paths: readonly string[];
  readonly processes: readonly string[];
}

export const KNOWN_AGENTS: readonly KnownAgent[] = [
  { name: "bdap", paths: ["/opt/bdap", "/etc/bdap"], processes: ["bdap-agent"] },
  { name: "puppet", paths: ["/etc/puppetlabs/puppet/puppet.conf", "/etc/puppet/puppet.conf"], processes: ["puppet"] },
  { name: "salt", paths: ["/etc/salt/minion", "/etc/salt/minion.d"], processes: ["salt-minion"] },
  { name: "chef", paths: ["/etc/chef/client.rb", "/etc/cinc/client.rb"], processes: ["chef-client", "cinc-client"] },
  { name: "cfengine", paths: ["/var/cfengine"], processes: ["cf-execd", "cf-serverd"] },
  {
    name: "ansible-pull",
    paths: [
      "/etc/cron.d/ansible-pull",
      "/etc/systemd/system/ansible-pull.timer",
      "/etc/systemd/system/ansible-pull.service",
    ],
    processes: ["ansible-pull"],
  },
  {
    name: "zabbix",
    paths: ["/etc/zabbix/zabbix_agentd.conf", "/etc/zabbix/zabbix_agent2.conf"],
    processes: ["zabbix_agentd", "zabbix_agent2"],
  },
  { name: "checkmk", paths: ["/etc/check_mk"], processes: ["cmk-agent-ctl"] },
  { name: "landscape", paths: ["/etc/landscape/client.conf"], processes: ["landscape-clien"] },
  { name: "satellite", paths: ["/etc/rhsm/ca/katello-server-ca.pem"], processes: ["goferd", "katello-agent"] },
  { name: "cephadm", paths: ["/usr/sbin/cephadm", "/var/lib/cephadm"], processes: [] },
  { name: "kubelet", paths: ["/var/lib/kubelet/config.yaml"], processes: ["kubelet", "k3s", "rke2"] },
  { name: "nomad", paths: ["/etc/nomad.d"], processes: ["nomad"] },
  { name: "proxmox", paths: ["/etc/pve/local"], processes: ["pvestatd"] },
];

/** Shell that prints `agent NAME PATH` for every path there, and `process NAME` for every process running. */
export const agentsScript = `
${KNOWN_AGENTS.map(({ name, paths }) =>
  paths.length === 0
    ? ""
    : `for p in ${paths.join(" ")}; do [ ! -e "$p" ] || { echo "agent ${name} $p"; break; }; done`,
)
  .filter((line) => line !== "")
  .join("\n")}
for c in /proc/[0-9]*/comm; do
  get "$c" || continue
  case $v in ${KNOWN_AGENTS.flatMap(({ processes }) => processes).join("|")}) echo "process $v" ;; esac
done
`;

/** What {@link agentsScript} printed. */
export function agentsIn(lines: readonly string[]): { name: string; detail: string }[] {
  const running = new Set(lines.filter((line) => line.startsWith("process ")).map((line) => line.slice(8)));
  return KNOWN_AGENTS.flatMap(({ name, paths, processes }) => {
    const process = processes.find((candidate) => running.has(candidate));
    const path = paths.find((candidate) => lines.includes(`agent ${name} ${candidate}`));
    if (process !== undefined) return [{ name, detail: `${process} is running` }];
    return path === undefined ? [] : [{ name, detail: `${path} exists` }];
  });
}
