import { Flags } from "@oclif/core";
import type { CheckList } from "#agent/protocol/operator.ts";
import { openControlPlane } from "../../phases/site-access/site-access.ts";
import { problemLines } from "../../reports/site-report.ts";
import { terminalOptions } from "../../reports/terminal.ts";
import { BaseCommand } from "../base.ts";

export default class ChecksList extends BaseCommand {
  static override summary = "List what the checks of all nodes complain about, and what to do.";
  static override examples = ["<%= config.bin %> checks", "<%= config.bin %> checks list --all --json"];
  static override flags = {
    all: Flags.boolean({ description: "The healthy checks too", default: false }),
  };

  async run(): Promise<CheckList> {
    const { flags } = await this.parse(ChecksList);
    const client = await openControlPlane(this.siteDirectory(flags));
    try {
      const list = await client.listChecks({ all: flags.all });
      const lines = problemLines(list.checks, terminalOptions(process.stdout, Date.now()));
      for (const line of lines.length === 0 ? ["No check complains."] : lines) this.log(line);
      return list;
    } finally {
      await client.close();
    }
  }
}
