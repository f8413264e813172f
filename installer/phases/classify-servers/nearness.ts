import type { Role } from "#inventory/schema/site.ts";
import { conditionInWords, distanceOf, type Outcome, oppositeInWords } from "./conditions.ts";
import { quantityInWords } from "./quantities.ts";
import type { Rule } from "./rules.ts";

/** A change of one figure that would change the verdict. */
export interface Nearness {
  /** How far the figure is from the threshold, relative to it. */
  readonly distance: number;
  readonly words: string;
}

interface Judged {
  readonly rule: Rule;
  readonly outcomes: readonly Outcome[];
}

const SHOWN = 3;

/**
 * What would change a verdict, nearest first: rules that one figure keeps from holding, and the figures that the rules
 * which do hold hang on. Roles that stay for another reason are left out.
 */
export function wouldChange(judged: readonly Judged[], roles: readonly Role[]): Nearness[] {
  const changes = judged.flatMap((one) =>
    one.outcomes.every(({ holds }) => holds === true) ? losing(one, judged) : gaining(one, roles),
  );
  return changes.sort((a, b) => a.distance - b.distance).slice(0, SHOWN);
}

function gaining({ rule, outcomes }: Judged, roles: readonly Role[]): Nearness[] {
  const failing = outcomes.filter((one) => one.holds !== true);
  const [only] = failing;
  const gained = (rule.roles ?? []).filter((role) => !roles.includes(role));
  if (only === undefined || failing.length > 1 || gained.length === 0 || only.actual === null) return [];
  return [
    {
      distance: distanceOf(only),
      words: `with ${conditionInWords(only.condition)} (now ${now(only)}): also ${gained.join(", ")}`,
    },
  ];
}

function losing({ rule, outcomes }: Judged, judged: readonly Judged[]): Nearness[] {
  const others = judged.filter((one) => one.rule !== rule && one.outcomes.every(({ holds }) => holds === true));
  const kept = new Set(others.flatMap((one) => one.rule.roles ?? []));
  const lost = (rule.roles ?? []).filter((role) => !kept.has(role));
  const [nearest] = outcomes.toSorted((a, b) => distanceOf(a) - distanceOf(b));
  if (nearest === undefined || lost.length === 0) return [];
  const words = `with ${oppositeInWords(nearest.condition)} (now ${now(nearest)}): no longer ${lost.join(", ")}`;
  return [{ distance: distanceOf(nearest), words }];
}

function now({ condition, actual }: Outcome): string {
  return actual === null ? "not known" : quantityInWords(condition.quantity, actual);
}
