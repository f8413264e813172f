import { Flags } from "@oclif/core";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { dumpYaml } from "#inventory/kernel/yaml.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { type LabState, labUp, loadLabProfile, withOverrides } from "../lab/lab.ts";
import { BaseCommand } from "./base.ts";

export default class Demo extends BaseCommand {
  static override summary = "Six blank servers of a virtual data centre become a site, on this machine alone.";
  static override description =
    `Starts the lab, writes a site.yml for it unless the site directory has one, installs the site from it and shows its
status. Run again, it changes nothing. Needs root. "bdap lab down" removes the lab again.`;
  static override examples = ["<%= config.bin %> demo --site ./demo"];
  static override flags = {
    profile: Flags.string({ description: "Lab profile", default: "demo", env: "BDAP_LAB_PROFILE" }),
    name: Flags.string({ description: "Name of the lab [default: the profile's]", env: "BDAP_LAB" }),
    subnet: Flags.string({ description: "IPv4 network of the lab [default: the profile's]", env: "BDAP_LAB_SUBNET" }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const site = this.siteDirectory(flags);
    const { name, subnet } = flags;
    const profile = withOverrides(await loadLabProfile(flags.profile), {
      ...(name === undefined ? {} : { name }),
      ...(subnet === undefined ? {} : { subnet }),
    });
    const lab = await labUp(profile, {
      signal: this.signal,
      onProgress: ({ host, message }) => this.log(`${(host ?? "lab").padEnd(6)} ${message}`),
    });
    await writeFirstAnswers(site, lab);
    const where = ["--site", site.path];
    await this.config.runCommand("install", ["--answers", site.paths.answers, ...where]);
    if (process.exitCode !== undefined && process.exitCode !== 0) return;
    this.log("");
    await this.config.runCommand("status", where);
    this.log(`\nThe site directory is ${site.path}\nThe lab stays up; bdap lab down ${lab.name} removes it.`);
  }
}

/** Answers for a site in the lab, unless there are some. Names are the hosts' own. */
async function writeFirstAnswers(site: SiteDirectory, lab: LabState): Promise<void> {
  if ((await readFileIfThere(site.paths.answers)) !== undefined) return;
  await site.create();
  const answers = {
    site: lab.name,
    servers: lab.hosts.map((host) => host.address),
    access: { user: "root", keyFile: lab.keyFile },
  };
  await writeFileDurably(site.paths.answers, `# Answers for the lab ${lab.name}.\n${dumpYaml(answers)}`, 0o600);
}
