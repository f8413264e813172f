import type { Command, CommandResult } from "../connectors/connector.ts";
import type { Change, Difference, ModuleResult, OperationContext, OperationPlan } from "./operation.ts";
import { sortedJson } from "./python-text.ts";

/** A diff as Ansible puts it into a result: whole texts, or structures that are shown as JSON. */
export interface ResultDiff {
  readonly before?: unknown;
  readonly after?: unknown;
  readonly before_header?: string;
  readonly after_header?: string;
  /** Ready-made text, as apt gives it. */
  readonly prepared?: string;
}

/** A plan that changes nothing and says so. */
export function nothingToDo(result: ModuleResult): OperationPlan {
  return { changes: [], result: { changed: false, ...result } };
}

/** A plan that fails the task: the person asked for something that cannot be. */
export function failing(msg: string, extra: Readonly<Record<string, unknown>> = {}): OperationPlan {
  return { changes: [], result: { changed: false, ...extra, failed: true, msg } };
}

/** A `run` change that has the task's environment. `script` fails as soon as one of its commands fails. */
export function runChange(
  context: OperationContext,
  title: string,
  script: string,
  stdin?: Command["stdin"],
): Change & { kind: "run" } {
  return {
    kind: "run",
    title,
    command: {
      script: `set -e\n${script}`,
      environment: context.environment,
      ...(stdin === undefined ? {} : { stdin }),
    },
  };
}

/** Diffs of a result for `--diff`. A header is what Ansible prints after `before: `; empty when there is none. */
export function differencesOf(diffs: readonly ResultDiff[]): readonly Difference[] {
  return diffs
    .filter((diff) => diff.prepared === undefined)
    .map((diff) => ({
      before: diffText(diff.before),
      after: diffText(diff.after),
      beforeHeader: diff.before_header ?? "",
      afterHeader: diff.after_header ?? "",
    }))
    .filter((difference) => difference.before !== difference.after);
}

/** The result of a plan whose script ended badly. */
export function commandFailed(result: ModuleResult, outcome: CommandResult, msg?: string): ModuleResult {
  const words = outcome.stderr.trim() || outcome.stdout.trim() || `exit status ${outcome.status}`;
  return {
    ...result,
    changed: false,
    failed: true,
    msg: msg === undefined ? words : msg,
    rc: outcome.status,
    stdout: outcome.stdout,
    stderr: outcome.stderr,
  };
}

function diffText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : sortedJson(value);
}
