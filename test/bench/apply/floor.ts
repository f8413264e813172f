import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { type LabState, labShellCommand } from "#installer/lab/lab.ts";
import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";

const UNITS = [
  "chrony",
  "ssh",
  "bdap-firewall",
  "bdap-way-back",
  "bdap-agent",
  "bdap-smart.timer",
  "bdap-control-plane",
];
const TIMERS = ["apt-daily.timer", "apt-daily-upgrade.timer"];
const PACKAGES = ["ca-certificates", "chrony", "libstdc++6", "nftables", "sudo", "unattended-upgrades"];
const PLACES = [
  "/opt/bdap",
  "/opt/bdap/agent",
  "/opt/bdap/runtime",
  "/var/lib/bdap-agent",
  "/etc/ssh/authorized-keys.d",
];

/**
 * The least that knowing the state of every host takes: a shell command that starts one OpenSSH session per host, all at once,
 * each running one script that reads the checksums and modes of the rendered files and the states of units and packages.
 */
export async function floorCommand(lab: LabState, rendered: string): Promise<string> {
  const sessions = lab.hosts.map(async ({ name }) => {
    const files = await targetsOf(join(rendered, name));
    const script = `sha256sum ${files}; stat -c '%n %a %U %G' ${files} ${shellJoin(PLACES)}
systemctl show -p Id -p ActiveState -p UnitFileState ${shellJoin([...UNITS, ...TIMERS])}
dpkg-query -W -f '\${Package} \${Version} \${Status}\\n' ${shellJoin(PACKAGES)}
getent passwd bdap-agent bdap-control-plane; hostname; readlink /opt/bdap/runtime/bin/node /etc/localtime`;
    const ssh = await labShellCommand(lab.name, name);
    return `${shellJoin(["ssh", "-F", "none", "-o", "BatchMode=yes", ...ssh.slice(1)])} ${shellQuote(script)} >/dev/null 2>&1 &`;
  });
  return `${(await Promise.all(sessions)).join("\n")}\nwait`;
}

async function targetsOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  return shellJoin(files.sort().map((file) => `/${file}`));
}
