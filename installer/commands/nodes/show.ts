import { Args } from "@oclif/core";
import type { NodeDetails } from "#agent/protocol/operator.ts";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { nodeDetailLines } from "../../reports/site-report.ts";
import { terminalOptions } from "../../reports/terminal.ts";
import { BaseCommand } from "../base.ts";

export default class NodesShow extends BaseCommand {
  static override summary = "Show one node: state, identity, certificate, and its checks.";
  static override description = "With --json also the latest sample and the checks that are healthy.";
  static override examples = ["<%= config.bin %> <%= command.id %> cpu-01"];
  static override args = { node: Args.string({ description: "Name of the node", required: true }) };

  async run(): Promise<NodeDetails> {
    const { args, flags } = await this.parse(NodesShow);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const node = await client.showNode(args.node);
      for (const line of nodeDetailLines(node, terminalOptions(process.stdout, Date.now()))) this.log(line);
      return node;
    } finally {
      await client.close();
    }
  }
}
