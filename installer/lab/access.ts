import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { rootOf } from "./host-root.ts";
import type { CommandRunner } from "./runner.ts";
import type { LabHost, LabState } from "./state.ts";

/** Makes the lab's key pair and the password of `admin`, once; only root can read them. */
export async function ensureCredentials(lab: LabState, runner: CommandRunner): Promise<void> {
  if ((await readFileIfThere(`${lab.keyFile}.pub`)) === undefined) {
    const comment = `bdap-lab-${lab.name}`;
    await runner.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", lab.keyFile], {
      input: "y\n",
    });
  }
  if ((await readFileIfThere(lab.adminPasswordFile)) === undefined) {
    await writeFileDurably(lab.adminPasswordFile, `${randomBytes(12).toString("base64url")}\n`, 0o600);
  }
}

/** Writes the hosts' SSH keys to the lab's known_hosts, read from their disks rather than over the network. */
export async function writeKnownHosts(lab: LabState): Promise<void> {
  const lines = await Promise.all(
    lab.hosts.map(async (host) => {
      const key = await readFileIfThere(join(rootOf(host), "etc/ssh/ssh_host_ed25519_key.pub"));
      if (key === undefined) return "";
      return `${host.address},${host.name} ${key.split(" ").slice(0, 2).join(" ")}\n`;
    }),
  );
  await writeFileDurably(lab.knownHostsFile, lines.join(""));
}

/** The command line that opens a shell as root on `host`. */
export function sshCommand(lab: LabState, host: LabHost, user = "root"): string[] {
  return [
    ...["ssh", "-i", lab.keyFile, "-o", "IdentitiesOnly=yes"],
    ...["-o", `UserKnownHostsFile=${lab.knownHostsFile}`, "-o", "StrictHostKeyChecking=yes"],
    `${user}@${host.address}`,
  ];
}
