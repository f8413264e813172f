import type { NodeList } from "#agent/protocol/operator.ts";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { nodeLines } from "../../reports/site-report.ts";
import { terminalOptions } from "../../reports/terminal.ts";
import { BaseCommand } from "../base.ts";

export default class NodesList extends BaseCommand {
  static override summary = "List the nodes with their state, since when, and why.";
  static override examples = ["<%= config.bin %> nodes", "<%= config.bin %> nodes list --json"];

  async run(): Promise<NodeList> {
    const { flags } = await this.parse(NodesList);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const list = await client.listNodes();
      for (const line of nodeLines(list.nodes, terminalOptions(process.stdout, Date.now()))) this.log(line);
      return list;
    } finally {
      await client.close();
    }
  }
}
