import type { ServerFacts } from "#inventory/schema/facts.ts";
import type { Role } from "#inventory/schema/site.ts";
import { type Condition, conditionInWords, distanceOf, judge, oppositeInWords, thresholdOf } from "./conditions.ts";
import { type QuantityValue, quantities, valueInWords } from "./quantities.ts";
import type { Rule } from "./rules.ts";

/** A change of one figure that would change the verdict. */
export interface Nearness {
  /** How far the figure is from the threshold, relative to it. */
  readonly distance: number;
  /** As in `with at least 24 cores (now 8): cpu instead of service`. */
  readonly words: string;
}

/** Figures that are other than the facts say. */
export type Supposed = ReadonlyMap<string, QuantityValue>;

const SHOWN = 3;

/** Roles that rules give a server, with the confidence of the surest rule for each; `supposed` figures count over the facts. */
export function rolesBy(rules: readonly Rule[], facts: ServerFacts, supposed: Supposed = new Map()): Map<Role, number> {
  const roles = new Map<Role, number>();
  for (const rule of rules) {
    if (!rule.when.every((condition) => judge(condition, facts, supposed).holds === true)) continue;
    for (const role of rule.roles ?? []) roles.set(role, Math.max(roles.get(role) ?? 0, rule.confidence));
  }
  return roles;
}

/**
 * What would change the roles, nearest first: each threshold of a rule is crossed in turn, all else staying as it is, and the
 * rules are asked again.
 */
export function wouldChange(rules: readonly Rule[], facts: ServerFacts): Nearness[] {
  const now = [...rolesBy(rules, facts).keys()];
  const changes = new Map<string, Nearness>();
  for (const condition of rules.flatMap((rule) => rule.when)) {
    const outcome = judge(condition, facts);
    const { actual } = outcome;
    if (typeof actual !== "number" || outcome.holds === null) continue;
    const crossed = thresholdOf(condition, !outcome.holds);
    if (crossed === undefined) continue;
    const then = [...rolesBy(rules, facts, supposing(condition, actual, crossed, facts)).keys()];
    const effect = sayChange(now, then);
    if (effect === undefined) continue;
    const words = `with ${outcome.holds ? oppositeInWords(condition) : conditionInWords(condition)}`;
    const change = {
      distance: distanceOf(outcome),
      words: `${words} (now ${valueInWords(condition.quantity.kind, actual)}): ${effect}`,
    };
    if ((changes.get(effect)?.distance ?? Number.POSITIVE_INFINITY) > change.distance) changes.set(effect, change);
  }
  return [...changes.values()].sort((a, b) => a.distance - b.distance || (a.words < b.words ? -1 : 1)).slice(0, SHOWN);
}

/** The figure crossed, and with it the figure it is a part of, or those that are its parts. */
function supposing(condition: Condition, actual: number, crossed: number, facts: ServerFacts): Supposed {
  const supposed = new Map<string, QuantityValue>([[condition.name, crossed]]);
  for (const [name, quantity] of Object.entries(quantities)) {
    const value = quantity.read(facts);
    if (typeof value !== "number") continue;
    if (name === condition.quantity.partOf && crossed > actual) supposed.set(name, value + crossed - actual);
    if (quantity.partOf === condition.name && crossed < actual) supposed.set(name, Math.min(value, crossed));
  }
  return supposed;
}

function sayChange(now: readonly Role[], then: readonly Role[]): string | undefined {
  const gained = then.filter((role) => !now.includes(role));
  const lost = now.filter((role) => !then.includes(role));
  if (gained.length > 0 && lost.length > 0) return `${gained.join(", ")} instead of ${lost.join(", ")}`;
  if (gained.length > 0) return now.length > 0 ? `also ${gained.join(", ")}` : gained.join(", ");
  return lost.length > 0 ? `no longer ${lost.join(", ")}` : undefined;
}
