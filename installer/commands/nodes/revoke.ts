import { Args, Flags } from "@oclif/core";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { BaseCommand } from "../base.ts";

/** What a revocation did. `changed` is false when the node held nothing that was valid. */
interface Revoked {
  readonly node: string;
  readonly changed: boolean;
  readonly next: string;
}

export default class NodesRevoke extends BaseCommand {
  static override summary = "Void a node's certificates at once, because they may be in wrong hands.";
  static override description =
    `Every certificate of the node and every unused join token of it is void from this moment, on connections that are open
as well. The node stays in the site and waits for a new join token. Who did it and why is among the events.

"bdap apply" brings it back: it gives the node a new token over SSH, and its agent joins again with a new key. If the server
itself is in wrong hands, do not: take it out of the site with "bdap nodes remove" and install it anew.`;
  static override examples = ['<%= config.bin %> <%= command.id %> cpu-07 --reason "its disk was sold"'];
  static override args = { node: Args.string({ description: "Name of the node", required: true }) };
  static override flags = {
    reason: Flags.string({ description: "Why, for whoever asks later", required: true }),
  };

  async run(): Promise<Revoked> {
    const { args, flags } = await this.parse(NodesRevoke);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const { changed } = await client.revokeNode(args.node, flags.reason);
      const next = `To bring it back with a new certificate: bdap apply --limit ${args.node}. To be rid of it: bdap nodes remove ${args.node}.`;
      this.log(changed ? `The certificates of ${args.node} are void.` : `${args.node} held no valid certificate.`);
      this.log(next);
      return { node: args.node, changed, next };
    } finally {
      await client.close();
    }
  }
}
