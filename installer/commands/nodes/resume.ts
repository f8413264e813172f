import { Args } from "@oclif/core";
import type { NodeSummary } from "#agent/protocol/operator.ts";
import { reasonFlags } from "../../flags/flags.ts";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { BaseCommand } from "../base.ts";

export default class NodesResume extends BaseCommand {
  static override summary = "Hand a node back to automation.";
  static override description =
    `Ends draining, maintenance and quarantine. The node is then what its heartbeats and checks make it.`;
  static override examples = ['<%= config.bin %> <%= command.id %> cpu-01 --reason "new memory"'];
  static override args = { node: Args.string({ description: "Name of the node", required: true }) };
  static override flags = reasonFlags;

  async run(): Promise<NodeSummary> {
    const { args, flags } = await this.parse(NodesResume);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const node = await client.setNodeState(args.node, { state: "ready", reason: flags.reason });
      this.log(`${node.name} is ${node.state}.`);
      return node;
    } finally {
      await client.close();
    }
  }
}
