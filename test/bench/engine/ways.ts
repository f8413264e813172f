import { join } from "node:path";
import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { Servers } from "./servers.ts";
import type { Tools } from "./tools.ts";
import { floorScript, STATE } from "./work.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
export const BDAP = [join(ROOT, "node_modules/.bin/node"), join(ROOT, ".build/installer/main.js")];

export type WayName = "ours" | "ansible" | "mitogen" | "pyinfra" | "floor";

/** One way to make, or to read, the same state on all hosts. */
export interface Way {
  readonly name: WayName;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The ways that are compared. Each keeps its state in a folder of its own on the hosts; the floor reads what ours made. */
export function waysOf(tools: Tools, work: string, servers: Servers): readonly Way[] {
  const play = (root: string) => {
    const forks = String(servers.hosts.length);
    return ["-i", join(work, "inventory.yml"), join(work, "mixed.yml"), "-f", forks, "-e", `root=${STATE}/${root}`];
  };
  const common = { ANSIBLE_HOST_KEY_CHECKING: "False", ANSIBLE_NOCOLOR: "1" };
  const piped = { ...common, ANSIBLE_PIPELINING: "True" };
  const mitogen = { ...piped, ANSIBLE_STRATEGY: "mitogen_linear", ANSIBLE_STRATEGY_PLUGINS: tools.mitogenStrategies };
  const pyinfra = [tools.pyinfra, "-y", "--data", `root=${STATE}/pyinfra`, "hosts.py", "deploy.py"];
  return [
    { name: "ours", command: [...BDAP, "playbook", ...play("ours")], environment: common },
    { name: "floor", command: ["bash", "-c", floor(servers)], environment: {} },
    {
      name: "pyinfra",
      command: ["bash", "-c", `cd ${shellQuote(work)} && exec ${shellJoin(pyinfra)}`],
      environment: {},
    },
    { name: "mitogen", command: [tools.mitogenPlaybook, ...play("mitogen")], environment: mitogen },
    { name: "ansible", command: [tools.ansiblePlaybook, ...play("ansible")], environment: piped },
  ];
}

/** A shell command that starts one OpenSSH session per host, all at once. */
function floor({ hosts, key }: Servers): string {
  const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
  const ssh = ["ssh", "-F", "none", "-i", key, ...options.flatMap((option) => ["-o", option])];
  const sessions = hosts.map(({ name, address }) => {
    const script = floorScript(`${STATE}/ours/${name}`);
    return `${shellJoin([...ssh, `root@${address}`, script])} >/dev/null & pids="$pids $!"`;
  });
  return `pids=\n${sessions.join("\n")}\nfor pid in $pids; do wait $pid || exit 1; done`;
}
