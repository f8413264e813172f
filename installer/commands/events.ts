import { Flags } from "@oclif/core";
import type { EventList, SiteEvent } from "#agent/protocol/operator.ts";
import type { ControlPlaneClient } from "#control-plane/client/client.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import { openControlPlane } from "../phases/site-access/site-access.ts";
import { eventLine } from "../reports/site-report.ts";
import { terminalOptions } from "../reports/terminal.ts";
import { BaseCommand } from "./base.ts";

export default class Events extends BaseCommand {
  static override summary = "Show what happened in the site, oldest first.";
  static override description =
    `With --follow, goes on showing events as they come, across restarts of the control plane, until stopped with Ctrl-C.
With --json, one document {events}; with --follow --json, one event a line.`;
  static override examples = [
    "<%= config.bin %> <%= command.id %> --limit 20",
    "<%= config.bin %> <%= command.id %> --follow --node cpu-01",
  ];
  static override flags = {
    follow: Flags.boolean({ char: "f", description: "Go on with events as they come", default: false }),
    limit: Flags.integer({ description: "So many of the newest", default: 100, min: 1, max: 5000 }),
    after: Flags.integer({ description: "Only events with a higher number", min: 0 }),
    node: Flags.string({ description: "Only events of this node" }),
  };

  async run(): Promise<EventList | undefined> {
    const { flags } = await this.parse(Events);
    const client = await openControlPlane(this.siteDirectory(flags));
    const query = {
      limit: flags.limit,
      ...(flags.after === undefined ? {} : { after: flags.after }),
      ...(flags.node === undefined ? {} : { node: flags.node }),
    };
    try {
      if (flags.follow) return await this.follow(client, query);
      const list = await client.listEvents(query);
      const options = terminalOptions(process.stdout, Date.now());
      for (const event of list.events) this.log(eventLine(event, options));
      return list;
    } finally {
      await client.close();
    }
  }

  private async follow(client: ControlPlaneClient, query: { after?: number; limit: number; node?: string }) {
    const options = terminalOptions(process.stdout, Date.now());
    const show = (event: SiteEvent) => {
      if (this.jsonEnabled()) this.emitJson(event);
      else this.log(eventLine(event, options));
    };
    const onReconnect = (error: unknown) => this.logToStderr(`Connecting again: ${messageOf(error)}`);
    for await (const event of client.followEvents({ ...query, signal: this.signal, onReconnect })) show(event);
    return undefined;
  }
}
