import { Flags } from "@oclif/core";
import { unifiedDiff } from "#playbooks/engine/report/unified-diff.ts";
import type { Difference } from "#playbooks/operations/operation.ts";
import { applyFlags } from "../flags/flags.ts";
import type { ApplyEvent } from "../phases/apply-plan/events.ts";
import { reportLines } from "../phases/apply-plan/report.ts";
import type { ApplyOutcome } from "../phases/apply-plan/run.ts";
import { applySite } from "../phases/apply-site/apply-site.ts";
import { BaseCommand } from "./base.ts";

export default class Apply extends BaseCommand {
  static override summary = "Make the servers so as the plan says.";
  static override description =
    `Runs the phases of plan.json in order: certificates, files, baseline, control plane, agents. Safe to run again
at any time: what is so already is left alone, and a run that was broken off goes on where it stopped.

Exit status: 0 when everything is so, 3 when a host failed or could not be reached, 1 when there is nothing to apply or
the plan refuses, 130 when stopped on request.`;
  static override examples = [
    {
      description: "Show what would change, file by file, and change nothing",
      command: "<%= config.bin %> apply --check --diff",
    },
    { description: "Make it so", command: "<%= config.bin %> apply" },
    { description: "Only one rack's hosts", command: "<%= config.bin %> apply --limit 'st*'" },
    { description: "The same plays under ansible-playbook", command: "<%= config.bin %> apply --engine ansible" },
  ];
  static override flags = {
    check: Flags.boolean({ description: "Predict only: change nothing anywhere", default: false }),
    diff: Flags.boolean({ description: "Show what changes in every file", default: false }),
    limit: Flags.string({ description: "Only these hosts: names, roles, services, joined by commas; ! takes away" }),
    tags: Flags.string({ description: "Only tasks with these tags", multiple: true, delimiter: "," }),
    "skip-tags": Flags.string({ description: "Not the tasks with these tags", multiple: true, delimiter: "," }),
    engine: Flags.option({
      options: ["native", "ansible"] as const,
      description: "Who runs the plays",
      default: "native" as const,
    })(),
    ...applyFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Apply);
    const site = this.siteDirectory(flags);
    const run = (onEvent: (event: ApplyEvent) => void) =>
      applySite({
        site,
        packageRoot: this.packageRoot,
        options: {
          check: flags.check,
          diff: flags.diff,
          ...(flags.limit === undefined ? {} : { limit: flags.limit }),
          tags: flags.tags ?? [],
          skipTags: flags["skip-tags"] ?? [],
          forks: flags.forks,
          engine: flags.engine,
        },
        takeOver: flags["take-over"],
        signal: this.signal,
        onEvent,
      });
    const outcome = this.showsLive(flags) ? await this.live(run) : await run(this.reporter(flags));
    process.exitCode = outcome.exitCode;
  }

  /** A live view where there is a terminal to draw on and no request for every line. */
  private showsLive({ verbose, diff }: { readonly verbose: boolean; readonly diff: boolean }): boolean {
    return !this.jsonEnabled() && !verbose && !diff && process.stdout.isTTY && process.stdin.isTTY;
  }

  private async live(run: (onEvent: (event: ApplyEvent) => void) => Promise<ApplyOutcome>): Promise<ApplyOutcome> {
    const { showApply } = await import("../screens/apply/live.tsx");
    const ending: { outcome?: ApplyOutcome; error?: unknown } = {};
    await showApply({
      begin: async (tell) => {
        try {
          ending.outcome = await run(tell);
        } catch (error) {
          ending.error = error;
          tell({ type: "run-end", run: "", check: false, changed: false, hosts: {}, problems: [], exitCode: 1 });
        }
      },
      stop: () => this.interrupt(),
    });
    if (ending.outcome === undefined) throw ending.error;
    for (const line of reportLines(ending.outcome, { verbose: false })) this.log(line);
    return ending.outcome;
  }

  private reporter(flags: { readonly verbose: boolean; readonly diff: boolean }): (event: ApplyEvent) => void {
    return this.jsonEnabled() ? (event) => this.emitJson(event) : this.lineReporter(flags);
  }

  private lineReporter({ verbose, diff }: { readonly verbose: boolean; readonly diff: boolean }) {
    const options = { verbose, ...(diff ? { drawDifference } : {}) };
    return (event: ApplyEvent) => {
      for (const line of reportLines(event, options)) this.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
    };
  }
}

function drawDifference({ before, after, beforeHeader, afterHeader }: Difference): string[] {
  return unifiedDiff(before, after, beforeHeader, afterHeader).trimEnd().split("\n");
}
