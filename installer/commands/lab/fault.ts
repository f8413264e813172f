import { Args, Flags } from "@oclif/core";
import { type LabFault as Fault, LAB_FAULTS, type LabFaultKind, type LabHost, labFault } from "../../lab/lab.ts";
import { BaseCommand } from "../base.ts";

const kinds = Object.keys(LAB_FAULTS) as LabFaultKind[];

export default class LabFault extends BaseCommand {
  static override summary = "Break a lab host in one way, or mend it.";
  static override description = kinds.map((kind) => `${kind.padEnd(14)}${LAB_FAULTS[kind]}`).join("\n");
  static override examples = [
    "<%= config.bin %> <%= command.id %> st1 power-off",
    "<%= config.bin %> <%= command.id %> cpu1 cut-network --name rehearsal",
    "<%= config.bin %> <%= command.id %> cpu1 skew-clock --seconds -90",
  ];
  static override args = {
    host: Args.string({ description: "Name of the host", required: true }),
    fault: Args.string({ description: "What to do to it", required: true, options: kinds }),
  };
  static override flags = {
    name: Flags.string({ description: "Name of the lab", env: "BDAP_LAB", default: "demo" }),
    seconds: Flags.integer({
      description: "For skew-clock: how far ahead the host's time is, behind when negative, right when 0",
      default: 300,
    }),
  };

  async run(): Promise<{ fault: LabFaultKind; host: LabHost | undefined }> {
    const { args, flags } = await this.parse(LabFault);
    const kind = kinds.find((candidate) => candidate === args.fault) ?? "reboot";
    const fault: Fault = kind === "skew-clock" ? { kind, seconds: flags.seconds } : { kind };
    const state = await labFault(flags.name, args.host, fault, { signal: this.signal });
    const host = state.hosts.find((candidate) => candidate.name === args.host);
    this.log(`${args.host}: ${kind} done, now ${host?.status ?? "unknown"}.`);
    return { fault: kind, host };
  }
}
