import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Flags } from "@oclif/core";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";
import { readFileIfThere, writeFileDurably } from "#inventory/kernel/files.ts";
import { parseAnswers } from "#inventory/site-directory/answers.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { applyFlags } from "../flags/flags.ts";
import { reportLines } from "../phases/apply-plan/report.ts";
import { type InstallEvent, installSite } from "../phases/install-site/install-site.ts";
import { planText } from "../phases/plan-site/plan-text.ts";
import { eventLine, reportText } from "../phases/probe-servers/report-text.ts";
import { BaseCommand } from "./base.ts";

export default class Install extends BaseCommand {
  static override summary =
    "From bare servers to a running site: asks, probes, proposes, shows, and only then applies.";
  static override description =
    `Without --answers this is a wizard in the terminal. It writes nothing but site.yml, and can be quit and taken up again at
any screen. With --answers it does the same from a file and asks nothing.

Exit status: 0 when the site is up, 3 when a host failed or could not be reached, 1 when the answers or the plan stand in
the way, 130 when it was left before its end.`;
  static override examples = [
    {
      description: "The wizard, for a site in a folder of its own",
      command: "<%= config.bin %> install --site ./geneva",
    },
    { description: "The same unattended", command: "<%= config.bin %> install --site ./geneva --answers ./geneva.yml" },
  ];
  static override flags = {
    answers: Flags.string({ description: "Answers to install from without asking, shaped like site.yml" }),
    ...applyFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Install);
    const site = this.siteDirectory(flags);
    if (flags.answers === undefined) return this.wizard(site);
    await takeAnswers(site, resolve(flags.answers));
    const outcome = await installSite({
      site,
      packageRoot: this.packageRoot,
      options: { check: false, diff: false, tags: [], skipTags: [], forks: flags.forks, engine: "native" },
      takeOver: flags["take-over"],
      signal: this.signal,
      onEvent: (event) => this.report(event, flags.verbose),
    });
    process.exitCode = outcome.exitCode;
  }

  private async wizard(site: SiteDirectory): Promise<void> {
    if (this.jsonEnabled() || !process.stdin.isTTY || !process.stdout.isTTY) throw noTerminal();
    await site.create();
    // Loaded here, so that no other command pays for the terminal kit.
    const { runWizard } = await import("../screens/install/install.tsx");
    const apply = await runWizard({ site, packageRoot: this.packageRoot, signal: this.signal });
    process.exitCode = apply.end?.exitCode ?? 130;
    if (apply.failure !== undefined) throw new ApplianceError(apply.failure);
    if (apply.end !== undefined) return;
    if (apply.state === "running") {
      this.log("Stopped. What was done stays done; bdap apply goes on from there.");
      return;
    }
    const kept = (await readFileIfThere(site.paths.answers)) !== undefined;
    this.log(kept ? `Left. Your answers are in ${site.paths.answers}; the same command goes on from there.` : "Left.");
  }

  private report(event: InstallEvent, verbose: boolean): void {
    if (this.jsonEnabled()) {
      this.emitJson(event);
      return;
    }
    for (const line of linesOf(event, verbose)) this.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
  }
}

function linesOf(event: InstallEvent, verbose: boolean): readonly string[] {
  switch (event.type) {
    case "probe":
      return [eventLine(event.event)].filter((line) => line !== undefined);
    case "probed":
      return reportText(event.report);
    case "planned":
      return planText(event.plan);
    case "apply":
      return reportLines(event.event, { verbose });
  }
}

/** Makes the given answers the site's. Another site.yml that is already there is not overwritten. */
async function takeAnswers(site: SiteDirectory, path: string): Promise<void> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new ApplianceError({
      code: "INSTALLER_ANSWERS_UNREADABLE",
      kind: "user",
      message: `The answers cannot be read: ${messageOf(error)}`,
      hint: "Give the path of a file shaped like site.yml; inventory/examples has some.",
      context: { path },
    });
  });
  parseAnswers(text, path);
  const before = await readFileIfThere(site.paths.answers);
  if (before === text) return;
  if (before !== undefined) {
    throw new ApplianceError({
      code: "INSTALLER_ANSWERS_DIFFER",
      kind: "user",
      message: `${site.paths.answers} exists and says something else than ${path}.`,
      hint: `Give --answers ${site.paths.answers}, or move that file away first.`,
      state: "Nothing was changed.",
      context: { path },
    });
  }
  await site.create();
  await writeFileDurably(site.paths.answers, text, 0o600);
}

function noTerminal(): ApplianceError {
  return new ApplianceError({
    code: "INSTALLER_NO_TERMINAL",
    kind: "user",
    message: "The wizard needs a terminal, and there is none here.",
    hint: "Give --answers FILE to install without questions.",
  });
}
