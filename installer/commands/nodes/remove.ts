import { createInterface } from "node:readline/promises";
import { Args, Flags } from "@oclif/core";
import { type RemovedNode, removeNode } from "../../phases/remove-node/remove-node.ts";
import { BaseCommand } from "../base.ts";

export default class NodesRemove extends BaseCommand {
  static override summary = "Take a node out of the site for good.";
  static override description =
    `Its certificates and unused join tokens are void at once, and the control plane forgets it. The server itself is not
touched: nothing on it is deleted or stopped. For a while only, use "bdap nodes maintenance"; to keep the node but void its
certificates, "bdap nodes revoke".

First say in site.yml that the server is no longer part of the site (its address under "exclude", or taken out of "servers"),
and run "bdap plan". A node that plan.json still has is refused, because the next apply would let it in again.

Asks for the node's name once more; without a terminal --confirm gives it.`;
  static override examples = [
    "<%= config.bin %> <%= command.id %> cpu-07",
    { description: "From a script", command: "<%= config.bin %> <%= command.id %> cpu-07 --confirm cpu-07 --json" },
  ];
  static override args = { node: Args.string({ description: "Name of the node", required: true }) };
  static override flags = {
    confirm: Flags.string({ description: "The node's name once more, instead of typing it" }),
    "still-planned": Flags.boolean({
      description: "Also when plan.json still has the node: the next apply lets it in again",
      default: false,
    }),
  };

  async run(): Promise<RemovedNode> {
    const { args, flags } = await this.parse(NodesRemove);
    const removed = await removeNode({
      site: this.siteDirectory(flags),
      node: args.node,
      confirm: async () => flags.confirm ?? (await this.ask(args.node)),
      stillPlanned: flags["still-planned"],
    });
    this.log(`${removed.node} is out of the site; its certificates are void.`);
    for (const line of removed.next) this.log(line);
    return removed;
  }

  /** What is typed at the terminal; nothing where there is none. */
  private async ask(node: string): Promise<string> {
    if (!process.stdin.isTTY || this.jsonEnabled()) return "";
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const question = `This takes ${node} out of the site for good. Type its name to go on: `;
      return (await lines.question(question, { signal: this.signal })).trim();
    } finally {
      lines.close();
    }
  }
}
