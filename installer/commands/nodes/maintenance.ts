import { Args } from "@oclif/core";
import type { NodeSummary } from "#agent/protocol/operator.ts";
import { reasonFlags } from "../../flags/flags.ts";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { BaseCommand } from "../base.ts";

export default class NodesMaintenance extends BaseCommand {
  static override summary = "Put a node aside for work on it: its problems no longer count against the site.";
  static override description =
    `It stays in maintenance until "bdap nodes resume", whatever happens to it. Automation never undoes it.`;
  static override examples = ['<%= config.bin %> <%= command.id %> cpu-01 --reason "new memory"'];
  static override args = { node: Args.string({ description: "Name of the node", required: true }) };
  static override flags = reasonFlags;

  async run(): Promise<NodeSummary> {
    const { args, flags } = await this.parse(NodesMaintenance);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const node = await client.setNodeState(args.node, { state: "maintenance", reason: flags.reason });
      this.log(`${node.name} is ${node.state}.`);
      return node;
    } finally {
      await client.close();
    }
  }
}
