import { hostname, userInfo } from "node:os";
import { systemClock } from "#inventory/kernel/clock.ts";
import type { Plan } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { JsonLines } from "#inventory/site-directory/json-lines.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import { applyPlan } from "../apply-plan/apply-plan.ts";
import type { ApplyEvent } from "../apply-plan/events.ts";
import type { ApplyOutcome } from "../apply-plan/run.ts";
import type { ApplyOptions } from "../phase.ts";
import { loadServices } from "../plan-site/load-services.ts";
import { refusalsOf } from "../plan-site/plan-site.ts";
import { installPlan } from "../plans.ts";
import { siteLogins } from "../site-access/site-logins.ts";
import { nothingPlanned, planRefused } from "./errors.ts";
import { limitHosts } from "./limit-hosts.ts";
import { placesFor } from "./prediction.ts";
import { runCredentials } from "./run-credentials.ts";

export interface ApplySiteInput {
  readonly site: SiteDirectory;
  readonly packageRoot: string;
  readonly options: ApplyOptions;
  readonly takeOver: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: ApplyEvent) => void;
}

/**
 * Makes the servers so as `plan.json` says, under the site's lock. Remembers the plan as applied when all of it succeeded.
 * Rejects with `INSTALLER_NOTHING_PLANNED`, `INSTALLER_PLAN_REFUSED`, `INSTALLER_SITE_LOCKED`; failures of hosts are in
 * the outcome.
 */
export async function applySite(input: ApplySiteInput): Promise<ApplyOutcome> {
  const { site, options } = input;
  // All that can be refused is read before anything is made.
  await readRequest(input);
  const lock = options.check ? undefined : await site.lock({ what: "bdap apply", takeOver: input.takeOver });
  try {
    // Read again: what was planned or answered while another apply held the lock counts.
    return await applyLocked(input, await readRequest(input));
  } finally {
    await lock?.release();
  }
}

/** What an apply is about, as the site directory says it. */
interface Request {
  readonly answers: Site;
  readonly plan: Plan;
  readonly limitedTo: readonly string[];
}

async function readRequest({ site, options }: ApplySiteInput): Promise<Request> {
  const plan = await plannedSite(site);
  const limitedTo = limitHosts(plan, options.limit);
  const answers = await site.readAnswers();
  const login = await siteLogins(site, answers);
  return { answers, plan: { ...plan, nodes: plan.nodes.map(login) }, limitedTo };
}

/** The apply itself; whatever it opens is closed before the lock is given back. */
async function applyLocked(input: ApplySiteInput, { answers, plan, limitedTo }: Request): Promise<ApplyOutcome> {
  const { site, options } = input;
  const places = await placesFor(site, options.check);
  let journal: JsonLines | undefined;
  try {
    journal = options.check ? undefined : await site.openJournal();
    const outcome = await applyPlan(installPlan, {
      site,
      answers,
      plan,
      services: await loadServices(input.packageRoot),
      packageRoot: input.packageRoot,
      rendered: places.rendered,
      inventory: places.inventory,
      credentials: runCredentials(await site.vault.read()),
      options,
      limitedTo,
      by: `${userInfo().username}@${hostname()}`,
      ...(journal === undefined ? {} : { journal }),
      onEvent: input.onEvent,
      signal: input.signal,
      clock: systemClock,
    });
    if (outcome.exitCode === 0 && !options.check && wasWhole(options)) await site.writeApplied(plan);
    return outcome;
  } finally {
    await journal?.close();
    await places.remove();
  }
}

async function plannedSite(site: SiteDirectory): Promise<Plan> {
  const plan = await site.readPlan();
  if (plan === undefined) throw nothingPlanned(site.path);
  const refusals = refusalsOf(plan);
  if (refusals.length > 0) throw planRefused(refusals);
  return plan;
}

function wasWhole(options: ApplyOptions): boolean {
  return options.limit === undefined && options.tags.length === 0 && options.skipTags.length === 0;
}
