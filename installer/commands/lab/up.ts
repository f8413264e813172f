import { Flags } from "@oclif/core";
import { type LabState, labUp, loadLabProfile, withOverrides } from "../../lab/lab.ts";
import { BaseCommand } from "../base.ts";

export default class LabUp extends BaseCommand {
  static override summary = "Start a virtual data centre of Debian hosts on this machine.";
  static override description =
    `Builds the Debian images once (kept for the next time), then boots every host of the profile with its own disks,
limits and SSH keys. Hosts that are up stay as they are; those that are off are powered on.
Needs root. Nothing outside the lab is changed; "bdap lab down" removes all of it.`;
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    "<%= config.bin %> <%= command.id %> --name rehearsal --subnet 10.90.0.0/24",
    "<%= config.bin %> <%= command.id %> --profile ./our-racks.yml",
  ];
  static override flags = {
    profile: Flags.string({
      description: "A lab profile: demo, tiny, or the path of a YAML file",
      env: "BDAP_LAB_PROFILE",
      default: "demo",
    }),
    name: Flags.string({ description: "Name of the lab [default: the profile's]", env: "BDAP_LAB" }),
    subnet: Flags.string({
      description: "IPv4 network of the lab, as in 10.90.0.0/24 [default: the profile's]",
      env: "BDAP_LAB_SUBNET",
    }),
  };

  async run(): Promise<LabState> {
    const { flags } = await this.parse(LabUp);
    const profile = withOverrides(await loadLabProfile(flags.profile), {
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.subnet === undefined ? {} : { subnet: flags.subnet }),
    });
    const started = performance.now();
    const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(8);
    let booted = 0;
    const state = await labUp(profile, {
      signal: this.signal,
      onProgress: ({ host, step, message }) => {
        if (step === "boot") booted += 1;
        this.logToStderr(`${seconds()}  ${(host ?? "lab").padEnd(12)}  ${message}`);
      },
    });
    this.log(
      `Lab ${state.name} ${booted === 0 ? "was up already, nothing to do" : "is up"}: ${state.hosts.map((host) => `${host.name} ${host.address}`).join(", ")}`,
    );
    this.log(
      `Sign in with the key ${state.keyFile}, or: bdap lab shell ${state.hosts[0]?.name ?? "HOST"} --name ${state.name}`,
    );
    return state;
  }
}
