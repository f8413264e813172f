import type { Step } from "../collectors/collector.ts";
import type { CheckResult } from "../protocol/messages.ts";
import type { Check, Finding } from "./check.ts";

/** Applies a check to one reading after another, ten seconds apart, as the loop does; for the tests of checks. */
export function judgedInTurn<Reading, Limit extends string, Memory>(
  check: Check<Reading, Limit, Memory>,
  readings: readonly Reading[],
  limits: Partial<Record<Limit, number>> = {},
): Finding[][] {
  let memory: Memory | undefined;
  let step: Step<Reading> | undefined;
  let before = new Map<string, CheckResult["status"]>();
  return readings.map((reading) => {
    memory = check.remember?.(reading, step, memory);
    const was = before;
    const findings = check.judge({
      reading,
      step,
      was: (subject) => was.get(subject),
      limits: { ...check.limits, ...limits },
      memory: memory as Memory,
    });
    before = new Map(findings.map(({ subject, status }) => [subject, status]));
    step = { previous: reading, elapsedMilliseconds: 10_000 };
    return findings;
  });
}

/** The statuses that one subject goes through. */
export function statusesOf(turns: readonly Finding[][], subject = ""): (string | undefined)[] {
  return turns.map((findings) => findings.find((finding) => finding.subject === subject)?.status);
}
