import type { SiteStatus } from "#agent/protocol/operator.ts";
import { openControlPlane } from "../phases/site-access/site-access.ts";
import { statusLines } from "../reports/site-report.ts";
import { terminalOptions } from "../reports/terminal.ts";
import { BaseCommand } from "./base.ts";

/** The control plane answered, but not everything is well. */
const NOT_HEALTHY = 3;

export default class Status extends BaseCommand {
  static override summary = "Show the site's nodes and services, what is wrong, and what to do.";
  static override description =
    `Asks the control plane. Healthy means: every node is ready or put aside by a person, and every service is up.

Exit status: 0 when healthy, 3 when the control plane does not answer or something is not well.`;
  static override examples = [
    "<%= config.bin %> <%= command.id %>",
    {
      description: "For scripts: {site, healthy, nodes, services, notices}",
      command: "<%= config.bin %> <%= command.id %> --json",
    },
  ];

  async run(): Promise<SiteStatus> {
    const { flags } = await this.parse(Status);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const status = await client.status(this.signal);
      for (const line of statusLines(status, terminalOptions(process.stdout, Date.now()))) this.log(line);
      if (!status.healthy) process.exitCode = NOT_HEALTHY;
      return status;
    } finally {
      await client.close();
    }
  }
}
