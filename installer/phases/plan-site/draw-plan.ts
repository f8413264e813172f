import type { Plan } from "#inventory/schema/plan.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { siteRules } from "../classify-servers/rules.ts";
import { siteLogins } from "../site-access/site-logins.ts";
import { readLastProbe } from "./last-probe.ts";
import { loadServices } from "./load-services.ts";
import { planSite, type StepTemplate } from "./plan-site.ts";

export interface DrawPlanOptions {
  readonly packageRoot: string;
  readonly steps: readonly StepTemplate[];
}

/**
 * The plan for what lies in a site directory: its answers, facts, rules, used permissions and the plan last applied. Writes
 * nothing. Rejects as reading those does; what stands in the way of the site is in the plan's findings.
 */
export async function drawPlan(site: SiteDirectory, options: DrawPlanOptions): Promise<Plan> {
  const answers = await site.readAnswers();
  const login = await siteLogins(site, answers);
  return planSite({
    site: answers,
    facts: (await site.readFacts()).map(login),
    rules: await siteRules(site, answers, options.packageRoot),
    services: await loadServices(options.packageRoot),
    steps: options.steps,
    lastProbe: await readLastProbe(site),
    usedWipes: await site.readWipes(),
    applied: await site.readApplied(),
  });
}
