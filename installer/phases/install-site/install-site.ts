import type { Plan } from "#inventory/schema/plan.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { SiteDirectory } from "#inventory/site-directory/site-directory.ts";
import type { ApplyEvent } from "../apply-plan/events.ts";
import type { ApplyOutcome } from "../apply-plan/run.ts";
import { applySite } from "../apply-site/apply-site.ts";
import { planRefused } from "../apply-site/errors.ts";
import type { ApplyOptions } from "../phase.ts";
import { drawPlan } from "../plan-site/draw-plan.ts";
import { refusalsOf } from "../plan-site/plan-site.ts";
import { installPlan } from "../plans.ts";
import { chooseTargets } from "../probe-servers/choose-targets.ts";
import type { ProbeEvent } from "../probe-servers/events.ts";
import { type ProbeReport, probeSite } from "../probe-servers/probe-site.ts";
import { accessOf } from "../site-access/site-access.ts";

/** What installing unattended tells: its three parts, each in its own words. */
export type InstallEvent =
  | { readonly type: "probe"; readonly event: ProbeEvent }
  | { readonly type: "probed"; readonly report: ProbeReport }
  | { readonly type: "planned"; readonly plan: Plan }
  | { readonly type: "apply"; readonly event: ApplyEvent };

export interface InstallInput {
  readonly site: SiteDirectory;
  readonly packageRoot: string;
  readonly options: ApplyOptions;
  readonly takeOver: boolean;
  readonly signal: AbortSignal;
  readonly onEvent: (event: InstallEvent) => void;
}

/**
 * From site.yml to a running site without asking anything: probe, plan, apply. Rejects with `INSTALLER_PLAN_REFUSED`
 * before any host is changed when the plan has refusals; failures of hosts are in the outcome.
 */
export async function installSite(input: InstallInput): Promise<ApplyOutcome> {
  const { site, onEvent, signal } = input;
  const report = await probeAnswers(site, await site.readAnswers(), {
    signal,
    concurrency: input.options.forks,
    onEvent: (event) => onEvent({ type: "probe", event }),
  });
  onEvent({ type: "probed", report });
  const plan = await planAndKeep(site, input.packageRoot);
  onEvent({ type: "planned", plan });
  const refusals = refusalsOf(plan);
  if (refusals.length > 0) throw planRefused(refusals);
  return applySite({ ...input, onEvent: (event) => onEvent({ type: "apply", event }) });
}

/** Probes the servers that the answers name, with the access they describe. */
export async function probeAnswers(
  site: SiteDirectory,
  answers: Site,
  options: {
    readonly concurrency: number;
    readonly signal: AbortSignal;
    readonly onEvent: (event: ProbeEvent) => void;
  },
): Promise<ProbeReport> {
  const access = await accessOf(site, answers);
  return probeSite({
    site,
    targets: await chooseTargets(site, { named: [], inventory: undefined, answers }),
    access,
    port: answers.access.port ?? 22,
    acceptNewHostKeys: true,
    reachabilityPorts: [],
    ...options,
  });
}

/** Draws the plan and writes plan.json; refusals are in it. */
export async function planAndKeep(site: SiteDirectory, packageRoot: string): Promise<Plan> {
  const plan = await drawPlan(site, { packageRoot, steps: installPlan });
  await site.writePlan(plan);
  return plan;
}
