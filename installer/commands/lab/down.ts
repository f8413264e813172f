import { Args } from "@oclif/core";
import { labDown } from "../../lab/lab.ts";
import { BaseCommand } from "../base.ts";

export default class LabDown extends BaseCommand {
  static override summary = "Remove a lab: hosts, disks, network, all of it.";
  static override description =
    `Also removes what a crash or an interrupted "bdap lab up" left behind. Only things that carry the lab's own name are
touched. Cached images and packages stay in /var/cache/bdap-lab. The lab's subnet stays unreachable on this machine, so
that nothing meant for the lab is routed out; "ip route delete unreachable SUBNET" ends that too.`;
  static override examples = ["<%= config.bin %> <%= command.id %> demo"];
  static override args = {
    name: Args.string({ description: "Name of the lab", default: "demo" }),
  };

  async run(): Promise<{ name: string; removed: boolean }> {
    const { args } = await this.parse(LabDown);
    const removed = await labDown(args.name);
    this.log(removed ? `Lab ${args.name} is gone.` : `There is no lab ${args.name}; nothing to remove.`);
    return { name: args.name, removed };
  }
}
