import { Args, Flags } from "@oclif/core";
import { labShell } from "../../lab/lab.ts";
import { BaseCommand } from "../base.ts";

export default class LabShell extends BaseCommand {
  static override summary = "Open a shell on a lab host.";
  static override description = "Signs in over SSH with the lab's key, as root unless another user is named.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> svc1",
    "<%= config.bin %> <%= command.id %> cpu2 --name rehearsal --user admin",
  ];
  static override enableJsonFlag = false;
  static override args = { host: Args.string({ description: "Name of the host", required: true }) };
  static override flags = {
    name: Flags.string({ description: "Name of the lab", env: "BDAP_LAB", default: "demo" }),
    user: Flags.string({ description: "Who to sign in as", options: ["root", "admin", "ops"], default: "root" }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(LabShell);
    process.exitCode = await labShell(flags.name, args.host, flags.user);
  }
}
