import { type LabState, labList } from "../../lab/lab.ts";
import { BaseCommand } from "../base.ts";

export default class LabList extends BaseCommand {
  static override summary = "List the labs of this machine and the state of their hosts.";
  static override examples = ["<%= config.bin %> <%= command.id %>", "<%= config.bin %> <%= command.id %> --json"];

  async run(): Promise<{ labs: { name: string; state?: LabState }[] }> {
    await this.parse(LabList);
    const labs = await labList({ signal: this.signal });
    if (labs.length === 0) this.log("There is no lab on this machine. Start one with: bdap lab up");
    for (const { name, state } of labs) {
      if (state === undefined) {
        this.log(`${name}  half made; complete it with "bdap lab up" or remove it with "bdap lab down ${name}"`);
        continue;
      }
      this.log(`${name}  ${state.subnet}`);
      for (const host of state.hosts) {
        const disks = host.disks.map((disk) => disk.device?.replace("/dev/", "") ?? "detached").join(" ");
        this.log(
          `  ${host.name.padEnd(20)}  ${host.address.padEnd(15)}  ${host.os.padEnd(8)}  ${host.status.padEnd(8)}  ${disks}`,
        );
      }
    }
    return { labs };
  }
}
