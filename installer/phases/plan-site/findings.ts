import type { Finding } from "#inventory/schema/plan.ts";

type Severity = Finding["severity"];

const ORDER: readonly Severity[] = ["refusal", "warning", "note"];

/** One thing to say about a plan. Hosts are sorted, so that the same finding is always the same bytes. */
export function finding(
  severity: Severity,
  code: string,
  message: string,
  hint: string,
  hosts: readonly string[] = [],
): Finding {
  return { code, severity, message, hint, hosts: [...new Set(hosts)].sort(compareText) };
}

/** Findings without repetitions, the gravest first. */
export function orderFindings(findings: readonly Finding[]): Finding[] {
  const unique = new Map(findings.map((one) => [JSON.stringify([one.code, one.hosts, one.message]), one]));
  return [...unique.values()].sort(
    (a, b) =>
      ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) ||
      compareText(a.code, b.code) ||
      compareText(a.hosts.join(), b.hosts.join()) ||
      compareText(a.message, b.message),
  );
}

/** Order by code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
