import type { Clock } from "#inventory/kernel/clock.ts";
import { messageOf } from "#inventory/kernel/errors.ts";
import type { Check, Finding } from "../checks/check.ts";
import type { CheckResult } from "../protocol/messages.ts";
import type { Reading } from "./collecting.ts";

interface Held {
  finding: Finding;
  since: number;
}

/** What one check has said, and what it remembers. */
interface Verdict {
  readonly held: Map<string, Held>;
  memory: unknown;
  count: number;
}

/** Limits with the site's overrides (`<check>.<limit>`) applied; unknown names are returned, not applied. */
export function limitsOf(
  checks: readonly Check[],
  overrides: Readonly<Record<string, number>>,
): { limits: ReadonlyMap<string, Readonly<Record<string, number>>>; unknown: string[] } {
  const known = new Set(checks.flatMap(({ name, limits }) => Object.keys(limits).map((limit) => `${name}.${limit}`)));
  const limits = new Map<string, Readonly<Record<string, number>>>();
  for (const check of checks) {
    const own = Object.entries(check.limits).map(([limit, value]) => [
      limit,
      overrides[`${check.name}.${limit}`] ?? value,
    ]);
    limits.set(check.name, Object.fromEntries(own) as Record<string, number>);
  }
  return { limits, unknown: Object.keys(overrides).filter((name) => !known.has(name)) };
}

/** Applies checks to readings and remembers since when each subject has been so. */
export class Judging {
  readonly #checks: readonly Check[];
  readonly #limits: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly #clock: Clock;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(checks: readonly Check[], limits: ReadonlyMap<string, Readonly<Record<string, number>>>, clock: Clock) {
    this.#checks = checks;
    this.#limits = limits;
    this.#clock = clock;
    for (const { name } of checks) this.#verdicts.set(name, { held: new Map(), memory: undefined, count: 0 });
  }

  /** Judges the readings that are new since the last call. */
  judge(reading: (collector: string) => Reading): void {
    for (const check of this.#checks) {
      const verdict = this.#verdicts.get(check.name);
      const latest = reading(check.reads.name);
      if (verdict === undefined || latest.count === verdict.count) continue;
      verdict.count = latest.count;
      this.#hold(verdict, this.#findings(check, verdict, latest));
    }
  }

  /** What all checks say now. */
  results(): CheckResult[] {
    const now = this.#clock.monotonic();
    return this.#checks.flatMap((check) =>
      [...(this.#verdicts.get(check.name)?.held.values() ?? [])].map((held) => resultOf(check, held, now)),
    );
  }

  #findings(check: Check, verdict: Verdict, { value, step, failure }: Reading): Finding[] {
    if (failure !== undefined) return [cannotJudge(check, failure)];
    try {
      verdict.memory = check.remember?.(value, step, verdict.memory);
      const was = (subject: string) => verdict.held.get(subject)?.finding.status;
      const limits = this.#limits.get(check.name) ?? check.limits;
      return check.judge({ reading: value, step, was, limits, memory: verdict.memory });
    } catch (error) {
      return [cannotJudge(check, messageOf(error))];
    }
  }

  #hold(verdict: Verdict, findings: readonly Finding[]): void {
    const now = this.#clock.monotonic();
    const before = new Map(verdict.held);
    verdict.held.clear();
    for (const finding of findings) {
      const held = before.get(finding.subject);
      const since = held?.finding.status === finding.status ? held.since : now;
      verdict.held.set(finding.subject, { finding, since });
    }
  }
}

function cannotJudge(check: Check, reason: string): Finding {
  return {
    subject: "",
    status: "unknown",
    message: `Cannot be judged: ${reason.replace(/\s+/g, " ").replace(/\.$/, "")}.`,
    hint: `Run \`agent check --once\` on the node as the agent's user to see why ${check.reads.name} cannot be read.`,
  };
}

function resultOf(check: Check, { finding, since }: Held, now: number): CheckResult {
  return {
    check: check.name,
    code: finding.code ?? check.codes[0],
    subject: finding.subject.slice(0, 256),
    status: finding.status,
    severity: finding.severity ?? check.severity,
    message: finding.message.slice(0, 4096),
    hint: (finding.hint ?? "").slice(0, 4096),
    dependsOn: [...check.dependsOn],
    sinceMilliseconds: Math.max(0, Math.round(now - since)),
    toleranceMilliseconds: check.toleranceSeconds * 1000,
  };
}
