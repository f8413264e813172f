import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { forksFlags } from "../flags/flags.ts";
import { askPassword } from "../phases/probe-servers/ask-password.ts";
import { chooseTargets } from "../phases/probe-servers/choose-targets.ts";
import type { ProbeAccess } from "../phases/probe-servers/probe-servers.ts";
import { type ProbeReport, probeSite } from "../phases/probe-servers/probe-site.ts";
import { eventLine, reportText } from "../phases/probe-servers/report-text.ts";
import { accessOf } from "../phases/site-access/site-access.ts";
import { BaseCommand } from "./base.ts";

export default class Probe extends BaseCommand {
  static override summary = "Read what the servers are, over one SSH session each.";
  static override description =
    `Targets are names, addresses, ranges (node[01-40], 10.0.0.[10-40]) and networks (10.0.0.0/22, swept for open SSH ports),
each with user@ before and :port behind if need be. Without targets, those of site.yml are read.

Nothing on any server changes, unless --install-key is given. What was read goes to facts/ in the site directory, host keys
to known_hosts, and what does not fit together between the servers to comparison.json.

Exit status: 0 when every server was read, 3 when one could not be, 1 when the request makes no sense, 130 when stopped.`;
  static override examples = [
    { description: "The servers of site.yml", command: "<%= config.bin %> probe" },
    {
      description: "A rack, with a key; sudo asks for a password",
      command:
        "<%= config.bin %> probe 10.0.0.[10-40] --user admin --key ~/.ssh/id_ed25519 --sudo-password-file sudo.txt",
    },
    {
      description: "Find the servers of a network, and put a key where only a password is known so far",
      command: "<%= config.bin %> probe 10.0.0.0/22 --ask-password --install-key ~/.ssh/id_ed25519.pub",
    },
  ];
  static override strict = false;
  static override args = { targets: Args.string({ description: "Names, addresses, ranges, networks" }) };
  static override flags = {
    inventory: Flags.string({ description: "Ansible inventory file or folder to take the servers from" }),
    user: Flags.string({ description: "Account to log in with; root unless given" }),
    key: Flags.string({ description: "Private key file" }),
    "ask-password": Flags.boolean({
      description: "Ask for the login password in the terminal",
      default: false,
      exclusive: ["password-file"],
    }),
    "password-file": Flags.string({ description: "File with the login password" }),
    "sudo-password-file": Flags.string({ description: "File with the sudo password, where sudo asks for one" }),
    "install-key": Flags.string({
      description: "Public key file to install for the login user where a password was needed to log in",
    }),
    port: Flags.integer({ description: "SSH port of targets that name none", min: 1, max: 65_535 }),
    ...forksFlags,
    "accept-new-host-keys": Flags.boolean({
      description: "Pin the key of hosts met for the first time; without it they are refused",
      default: true,
      allowNo: true,
    }),
    reachability: Flags.boolean({
      description: "Try whether every server reaches every other one",
      default: true,
      allowNo: true,
    }),
    "reachability-ports": Flags.string({ description: "TCP ports to try beside SSH, joined by commas" }),
  };

  async run(): Promise<ProbeReport> {
    const { flags, argv } = await this.parse(Probe);
    const site = this.siteDirectory(flags);
    const answers = await answersOf(site, argv.length > 0 || flags.inventory !== undefined);
    const targets = await chooseTargets(site, { named: argv.map(String), inventory: flags.inventory, answers });
    const settings = withFlags(answers, flags);
    const report = await probeSite({
      site,
      targets,
      access: await this.access(site, settings, flags),
      port: settings.access.port ?? 22,
      concurrency: flags.forks,
      acceptNewHostKeys: flags["accept-new-host-keys"],
      reachabilityPorts: flags.reachability ? portsOf(flags["reachability-ports"]) : undefined,
      signal: this.signal,
      onEvent: (event) => {
        const line = eventLine(event);
        if (line !== undefined && !this.jsonEnabled()) this.logToStderr(line);
      },
    });
    for (const line of reportText(report)) this.log(line);
    if (report.servers.length === 0) throw nothingFound(targets.length);
    if (report.servers.some((row) => row.status === "failed")) process.exitCode = 3;
    return report;
  }

  private async access(site: SiteDirectory, settings: Site, flags: AccessFlags): Promise<ProbeAccess> {
    const access = await accessOf(site, settings);
    for (const warning of access.warnings) this.logToStderr(`Warning: ${warning}`);
    const asked = flags["ask-password"] === true ? await askPassword("SSH password: ", this.signal) : undefined;
    const publicKey = await publicKeyIn(flags["install-key"]);
    return {
      sudoPassword: access.sudoPassword,
      endpoint: (target) => ({ ...access.endpoint(target), ...(asked === undefined ? {} : { password: asked }) }),
      ...(publicKey === undefined ? {} : { publicKey }),
    };
  }
}

interface AccessFlags {
  readonly user?: string | undefined;
  readonly key?: string | undefined;
  readonly port?: number | undefined;
  readonly "ssh-agent"?: string | undefined;
  readonly "ask-password"?: boolean;
  readonly "password-file"?: string | undefined;
  readonly "sudo-password-file"?: string | undefined;
  readonly "install-key"?: string | undefined;
}

/** site.yml; when targets come from elsewhere, its absence is no error. */
async function answersOf(site: SiteDirectory, optional: boolean): Promise<Site | undefined> {
  try {
    return await site.readAnswers();
  } catch (error) {
    if (optional && error instanceof ApplianceError && error.code === "INVENTORY_SITE_MISSING") return undefined;
    throw error;
  }
}

/** The access that site.yml describes, overruled by what was said on the command line. */
function withFlags(answers: Site | undefined, flags: AccessFlags): Site {
  const said = {
    ...(flags.user === undefined ? {} : { user: flags.user }),
    ...(flags.port === undefined ? {} : { port: flags.port }),
    ...(flags.key === undefined ? {} : { keyFile: resolve(flags.key) }),
    ...(flags["password-file"] === undefined ? {} : { passwordFile: resolve(flags["password-file"]) }),
    ...(flags["sudo-password-file"] === undefined ? {} : { sudoPasswordFile: resolve(flags["sudo-password-file"]) }),
  };
  const access = { ...answers?.access, ...said };
  const otherWay = access.keyFile ?? access.passwordFile ?? (flags["ask-password"] === true ? "asked" : undefined);
  const useAgent = access.useAgent ?? (otherWay === undefined && flags["ssh-agent"] !== undefined);
  return { ...(answers ?? { site: "site", servers: [] }), access: { ...access, useAgent } };
}

async function publicKeyIn(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  return readFile(path, "utf8").catch((error: unknown) => {
    throw usage(
      `The public key file ${path} cannot be read: ${messageOf(error)}`,
      "Give the .pub file that ssh-keygen wrote.",
    );
  });
}

function portsOf(list: string | undefined): number[] {
  const ports = (list ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const wrong = ports.find((word) => !/^\d{1,5}$/.test(word) || Number(word) < 1 || Number(word) > 65_535);
  if (wrong !== undefined)
    throw usage(`"${wrong}" in --reachability-ports is no port`, "Write numbers from 1 to 65535, joined by commas.");
  return ports.map(Number);
}

function usage(message: string, hint: string): ApplianceError {
  return new ApplianceError({ code: "INSTALLER_USAGE", kind: "user", message, hint });
}

function nothingFound(addresses: number): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_NO_SERVERS_FOUND",
    kind: "environment",
    message: `None of ${addresses} addresses has an open SSH port.`,
    hint: "Check the network and --port, and that the servers are powered on.",
  });
}
