import { createHash } from "node:crypto";
import type { ServerFacts } from "#inventory/schema/facts.ts";
import type { Finding, Plan, PlannedNode, PlanStep, Verdict } from "#inventory/schema/plan.ts";
import type { Service } from "#inventory/schema/service.ts";
import type { Site } from "#inventory/schema/site.ts";
import type { UsedWipe } from "#inventory/site-directory/wipes.ts";
import { classifyServers, type NamedServer } from "../classify-servers/classify-servers.ts";
import { quantities } from "../classify-servers/quantities.ts";
import type { Rules } from "../classify-servers/rules.ts";
import { chooseDisks } from "./choose-disks.ts";
import { compareText, orderFindings } from "./findings.ts";
import { keptPorts, portFindings } from "./kept-ports.ts";
import { type LastProbe, lastProbeFindings } from "./last-probe.ts";
import { isCalled, nameServers } from "./name-servers.ts";
import { type Host, placeServices } from "./place-services.ts";
import { serverFindings, systemOf } from "./server-findings.ts";
import { siteCapacity } from "./site-capacity.ts";
import { copyFindings, siteFindings } from "./site-findings.ts";

/** What a step of the plan is made from; every phase is one. */
export interface StepTemplate {
  readonly name: string;
  readonly title: string;
  readonly destructive: boolean;
  /** On ordinary hardware. */
  readonly secondsPerHost: number;
  /** Nodes of the plan it concerns. The plan has no steps yet. */
  nodes(plan: Plan): readonly string[];
}

export interface PlanInput {
  readonly site: Site;
  readonly facts: readonly ServerFacts[];
  readonly rules: Rules;
  readonly services: readonly Service[];
  /** In the order in which they run. */
  readonly steps: readonly StepTemplate[];
  /** What the last probe says beyond the facts. */
  readonly lastProbe?: LastProbe;
  /** Wipe permissions that were used before. */
  readonly usedWipes?: readonly UsedWipe[];
  /** The plan that was last applied: services stay where they are. */
  readonly applied?: Plan | undefined;
}

const DEFAULT_REPLICAS = 2;
/** Hosts that are worked on at once, for the estimate of time. */
const AT_ONCE = 20;

/**
 * The plan for a site. Pure: the same input, in whatever order the facts come, gives the same plan, byte for byte. It says what
 * it would do even where it refuses; a plan with a finding of severity `refusal` must not be applied.
 */
export function planSite(input: PlanInput): Plan {
  const { site, services } = input;
  const replicas = site.storage?.replicas ?? DEFAULT_REPLICAS;
  const named = nameServers(
    input.facts,
    site,
    services.map((service) => service.name),
    input.applied,
  );
  const verdicts = classifySite(input, named.servers);
  const members = named.servers.flatMap((server, index) => {
    const verdict = verdicts[index];
    return verdict === undefined ? [] : [{ ...server, verdict, roles: verdict.roles }];
  });
  const joining = members.filter((member) => member.roles.length > 0);
  const placement = placeServices(joining.map(hostOf), services, site, input.applied);
  const choice = chooseDisks(
    members.map((server) => ({ server, storage: server.roles.includes("storage"), adopted: server.verdict.adopted })),
    site,
    input.usedWipes ?? [],
  );
  const carried = (name: string) => placement.services.filter((one) => one.nodes.includes(name)).map((one) => one.name);
  const ports = joining.map((member) => {
    const own = services.filter((service) => carried(member.name).includes(service.name));
    const owner = { server: member, adopted: member.verdict.adopted, services: own };
    return { owner, kept: keptPorts(owner, input.applied) };
  });
  const excluded = input.facts.filter((one) => !named.servers.some((server) => server.facts === one));
  const draft: Plan = {
    version: 1,
    site: site.site,
    domain: site.domain ?? `${site.site}.internal`,
    id: "",
    nodes: joining.map((member, index) => ({
      ...nodeOf(member),
      services: carried(member.name),
      ...(ports[index]?.kept === undefined ? {} : { keptPorts: ports[index].kept }),
    })),
    verdicts,
    services: placement.services,
    disks: choice.disks,
    untouchedDisks: choice.untouched,
    capacity: siteCapacity(members, choice.disks, replicas),
    steps: [],
    estimateSeconds: 0,
    findings: orderFindings([
      ...(input.lastProbe === undefined ? [] : lastProbeFindings(input.lastProbe, named.servers, site)),
      ...named.findings,
      ...siteFindings(
        named.servers,
        excluded.flatMap((one) => [one.host, one.address]),
        verdicts,
        site,
      ),
      ...copyFindings(choice.disks, replicas),
      ...serverFindings(joining),
      ...ports.flatMap(({ owner, kept }) => portFindings(owner, kept)),
      ...placement.findings,
      ...choice.findings,
    ]),
  };
  const steps = input.steps.map((template) => stepOf(template, draft));
  const estimateSeconds = steps.reduce((total, step) => total + step.estimateSeconds, 0);
  const plan = { ...draft, steps, estimateSeconds };
  return { ...plan, id: identify(plan) };
}

/** What every server should become, under the names the site gives them. */
export function classifySite(input: Pick<PlanInput, "site" | "rules">, servers: readonly NamedServer[]): Verdict[] {
  const overrides = (input.site.overrides ?? []).map((override) => {
    const server = servers.find((one) => isCalled(one, override.server));
    return server === undefined ? override : { ...override, server: server.name };
  });
  return classifyServers(servers, input.rules, overrides);
}

/** Findings that forbid applying the plan. */
export function refusalsOf(plan: Plan): Finding[] {
  return plan.findings.filter((one) => one.severity === "refusal");
}

type Member = NamedServer & { readonly verdict: Verdict };

function nodeOf({ name, facts, verdict, ...rest }: Member): Omit<PlannedNode, "services"> {
  const os = systemOf({ name, facts, ...rest });
  return { name, address: facts.address, port: facts.port, user: facts.user, roles: verdict.roles, os };
}

function hostOf(member: Member): Host {
  const memoryBytes = Number(quantities["memory"]?.read(member.facts) ?? 0);
  return { node: nodeOf(member), memoryBytes, adopted: member.verdict.adopted };
}

function stepOf(template: StepTemplate, plan: Plan): PlanStep {
  const hosts = [...template.nodes(plan)].sort(compareText);
  const rounds = Math.max(1, Math.ceil(hosts.length / AT_ONCE));
  return {
    id: template.name,
    phase: template.name,
    title: template.title,
    hosts,
    destructive: template.destructive,
    estimateSeconds: template.secondsPerHost * rounds,
  };
}

function identify(plan: Plan): string {
  const { id: _, ...rest } = plan;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex");
}
