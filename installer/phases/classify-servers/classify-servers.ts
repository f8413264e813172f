import type { ServerFacts } from "#inventory/schema/facts.ts";
import type { Verdict } from "#inventory/schema/plan.ts";
import { Role, type RoleOverride } from "#inventory/schema/site.ts";
import { conditionInWords, judge, type Outcome } from "./conditions.ts";
import { type Nearness, rolesBy, wouldChange } from "./nearness.ts";
import { quantities, quantityInWords, valueInWords, whyUnknown } from "./quantities.ts";
import type { FleetRule, Rule, Rules } from "./rules.ts";

/** A server under the name it has in the site. */
export interface NamedServer {
  readonly name: string;
  readonly facts: ServerFacts;
}

const ROLE_ORDER: readonly Role[] = Role.anyOf.map((role) => role.const);
/** What is left of the confidence when a rule could not be judged because a fact is unknown. */
const DOUBT = 0.7;

/**
 * What every server should become and why, in the order given. Pure. A person's override decides over the rules, which
 * stay visible as `proposed`; overrides name a server by node name, host name or address.
 */
export function classifyServers(
  servers: readonly NamedServer[],
  rules: Rules,
  overrides: readonly RoleOverride[] = [],
): Verdict[] {
  const proposals = servers.map((server) => propose(server, rules.rules));
  for (const rule of rules.fleet) applyFleetRule(rule, proposals);
  return proposals.map((proposal) => verdictOf(proposal, overrides));
}

/** What the rules make of one server, before the fleet and people have their say. */
interface Proposal {
  readonly server: NamedServer;
  readonly roles: Map<Role, number>;
  readonly reasons: { rule: string; words: string }[];
  readonly changes: readonly Nearness[];
  readonly adopted: boolean;
  readonly doubtful: boolean;
}

function propose(server: NamedServer, rules: readonly Rule[]): Proposal {
  const judged = rules.map((rule) => ({
    rule,
    outcomes: rule.when.map((condition) => judge(condition, server.facts)),
  }));
  const holding = judged.filter(({ outcomes }) => outcomes.every((one) => one.holds === true)).map(({ rule }) => rule);
  const open = judged.filter(
    ({ outcomes }) => outcomes.some((one) => one.holds === null) && outcomes.every((one) => one.holds !== false),
  );
  return {
    server,
    roles: rolesBy(rules, server.facts),
    reasons: [
      ...holding.map((rule) => ({ rule: rule.id, words: fill(rule.words, server.facts) })),
      ...open.map(({ rule, outcomes }) => ({ rule: rule.id, words: sayOpen(rule, outcomes, server.facts) })),
    ],
    changes: wouldChange(rules, server.facts),
    adopted: holding.some((rule) => rule.adopt === true),
    doubtful: open.length > 0,
  };
}

/** Gives the role to the best candidates while too few have it, and takes it from the last ones while too many have it. */
function applyFleetRule(rule: FleetRule, proposals: readonly Proposal[]): void {
  const candidates = proposals
    .filter((one) => !one.adopted && rule.from.every((condition) => judge(condition, one.server.facts).holds === true))
    .sort((a, b) => compareBy(rule, a, b));
  const holders = () => proposals.filter((one) => one.roles.has(rule.role));
  for (const candidate of candidates) {
    if (holders().length >= (rule.least ?? 0)) break;
    if (candidate.roles.has(rule.role)) continue;
    // Another server must be left for what this one would have done; else it does both.
    for (const role of [...candidate.roles.keys()]) {
      if (rule.beside !== true && proposals.filter((one) => one.roles.has(role)).length > 1)
        candidate.roles.delete(role);
    }
    candidate.roles.set(rule.role, rule.confidence);
    candidate.reasons.push({ rule: rule.id, words: fill(rule.words, candidate.server.facts) });
  }
  if (rule.most === undefined) return;
  const best = holders().sort((a, b) => compareBy(rule, a, b));
  for (const proposal of best.slice(rule.most)) {
    const confidence = proposal.roles.get(rule.role) ?? rule.confidence;
    proposal.roles.delete(rule.role);
    for (const role of rule.instead ?? []) proposal.roles.set(role, Math.min(confidence, rule.confidence + 0.2));
    const words = `${rule.most} other servers are enough for ${rule.role}`;
    proposal.reasons.push({ rule: rule.id, words });
  }
}

function compareBy(rule: FleetRule, a: Proposal, b: Proposal): number {
  for (const { quantity, descending } of rule.prefer) {
    const [left, right] = [a, b].map((one) => Number(quantities[quantity]?.read(one.server.facts) ?? 0));
    const difference = (left ?? 0) - (right ?? 0);
    if (difference !== 0) return descending ? -difference : difference;
  }
  return a.server.name < b.server.name ? -1 : 1;
}

function verdictOf(proposal: Proposal, overrides: readonly RoleOverride[]): Verdict {
  const { server, roles } = proposal;
  const proposed = ROLE_ORDER.filter((role) => roles.has(role));
  const names = [server.name, server.facts.host, server.facts.address];
  const override = overrides.findLast((one) => names.includes(one.server));
  const sure = roles.size === 0 ? 0 : Math.min(...roles.values());
  const common = {
    server: server.name,
    address: server.facts.address,
    proposed,
    wouldChange: proposal.changes.map((one) => one.words),
    adopted: proposal.adopted,
  };
  if (override === undefined) {
    const confidence = Number((sure * (proposal.doubtful ? DOUBT : 1)).toFixed(2));
    return { ...common, roles: proposed, reasons: proposal.reasons, confidence, override: null };
  }
  const { by, why } = override;
  return {
    ...common,
    roles: ROLE_ORDER.filter((role) => override.roles.includes(role)),
    wouldChange: ["only another override in site.yml"],
    reasons: [{ rule: "override", words: `${by} decided: ${why}` }, ...proposal.reasons],
    confidence: 1,
    override: { by, why, at: override.at ?? null },
  };
}

function sayOpen(rule: Rule, outcomes: readonly Outcome[], facts: ServerFacts): string {
  const unknown = outcomes.filter((one) => one.holds === null);
  const parts = unknown.map(
    ({ condition }) => `${conditionInWords(condition)}? (${whyUnknown(condition.quantity, facts)})`,
  );
  const becomes = rule.adopt === true ? "adopted" : (rule.roles ?? []).join(", ");
  return `not known: ${parts.join(", ")}; would make it ${becomes}`;
}

/** A rule's words with the server's figures in place of `{quantity}` and `{quantity with noun}`. */
function fill(words: string, facts: ServerFacts): string {
  return words.replaceAll(/\{([a-z-]+)( with noun)?\}/g, (_all, name: string, noun: string | undefined) => {
    const quantity = quantities[name];
    const value = quantity?.read(facts) ?? null;
    if (quantity === undefined || value === null) return "unknown";
    return noun === undefined ? valueInWords(quantity.kind, value) : quantityInWords(quantity, value);
  });
}
