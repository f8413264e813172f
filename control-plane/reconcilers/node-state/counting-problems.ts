import type { CheckResult } from "#agent/protocol/messages.ts";

const WEIGHT = { info: 0, warning: 1, critical: 2 } as const;

/** True while a problem is younger than its tolerance. */
export function isTolerated(check: CheckResult): boolean {
  return check.status === "problem" && check.sinceMilliseconds < check.toleranceMilliseconds;
}

/**
 * The problems that count against a node, gravest first: of severity warning or critical, older than their tolerance,
 * and not explained by another problem of the same node that they depend on. Checks that depend on each other in a
 * circle explain nothing.
 */
export function countingProblems(checks: readonly CheckResult[]): CheckResult[] {
  const problems = checks.filter((check) => check.status === "problem");
  const explained = explainedChecks(problems);
  return problems
    .filter((check) => WEIGHT[check.severity] > 0 && !isTolerated(check) && !explained.has(check.check))
    .sort((a, b) => WEIGHT[b.severity] - WEIGHT[a.severity]);
}

/** Names of checks whose problem follows from another's, however many steps away. */
function explainedChecks(problems: readonly CheckResult[]): ReadonlySet<string> {
  const present = new Set(problems.map((problem) => problem.check));
  const causes = new Map<string, string[]>();
  for (const { check, dependsOn } of problems) {
    const found = dependsOn.filter((name) => present.has(name) && name !== check);
    causes.set(check, [...(causes.get(check) ?? []), ...found]);
  }
  const sound = new Set([...present].filter((check) => causes.get(check)?.length === 0));
  const explained = new Set<string>();
  for (let before = -1; before !== explained.size; ) {
    before = explained.size;
    for (const [check, names] of causes) {
      if (names.some((name) => sound.has(name) || explained.has(name))) explained.add(check);
    }
  }
  return explained;
}
