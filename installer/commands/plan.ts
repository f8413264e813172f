import { Flags } from "@oclif/core";
import type { Plan as PlanRecord } from "#inventory/schema/plan.ts";
import { lockFlags } from "../flags/flags.ts";
import { drawPlan } from "../phases/plan-site/draw-plan.ts";
import { differenceText, type PlanDifference, planDifferences } from "../phases/plan-site/plan-differences.ts";
import { refusalsOf } from "../phases/plan-site/plan-site.ts";
import { planText } from "../phases/plan-site/plan-text.ts";
import { installPlan } from "../phases/plans.ts";
import { BaseCommand } from "./base.ts";

export default class Plan extends BaseCommand {
  static override summary = "Decide what every server becomes, and show it before anything is touched.";
  static override description = [
    "Reads site.yml and the facts that bdap probe collected, proposes roles with their reasons, places services, chooses " +
      "disks by serial and writes plan.json. No server is connected to, and nothing on any server changes.",
    "Disks with anything on them are left alone, unless site.yml names them under disks.wipe, each by serial with its " +
      "phrase. Overrule a verdict under overrides in site.yml, with who and why.",
    "Exit status: 0 when the plan can be applied, 1 when it has refusals (plan.json is written all the same, and bdap " +
      "apply refuses it).",
  ].join("\n\n");
  static override examples = [
    { description: "Plan the site in the current folder", command: "<%= config.bin %> plan" },
    { description: "What changes against what was last applied", command: "<%= config.bin %> plan --diff" },
    {
      description: "Serials of all disks that will be used",
      command: "<%= config.bin %> plan --json | jq -r '.disks[].serial'",
    },
  ];
  static override flags = {
    diff: Flags.boolean({ description: "Show only what differs from the plan that was last applied", default: false }),
    ...lockFlags,
  };

  async run(): Promise<
    PlanRecord | { readonly from: string | null; readonly to: string; readonly differences: readonly PlanDifference[] }
  > {
    const { flags } = await this.parse(Plan);
    const site = this.siteDirectory(flags);
    const plan = await drawPlan(site, { packageRoot: this.packageRoot, steps: installPlan });
    const applied = await site.readApplied();
    const lock = await site.lock({ what: "bdap plan", takeOver: flags["take-over"] });
    try {
      await site.writePlan(plan);
    } finally {
      await lock.release();
    }
    if (refusalsOf(plan).length > 0) process.exitCode = 1;
    const differences = planDifferences(applied, plan);
    if (!flags.diff) {
      for (const line of planText(plan)) this.log(line);
      return plan;
    }
    this.log(
      applied === undefined
        ? "Nothing was applied yet; all of the plan is new."
        : `Against plan ${applied.id.slice(0, 12)}, applied last:`,
    );
    for (const difference of differences) this.log(`  ${differenceText(difference)}`);
    if (differences.length === 0) this.log("  nothing changes");
    for (const finding of refusalsOf(plan)) this.log(`  REFUSED ${finding.code}: ${finding.message}`);
    return { from: applied?.id ?? null, to: plan.id, differences };
  }
}
