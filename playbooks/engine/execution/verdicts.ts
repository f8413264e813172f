import { ApplianceError, type ErrorRecord, errorRecordOf, messageOf } from "#inventory/kernel/errors.ts";
import { failure, type Result } from "../actions/action.ts";
import type { TaskStatus } from "../events.ts";
import { ExpressionError } from "../expression/errors.ts";
import type { Templar } from "../expression/templar.ts";
import { numeric, truthy } from "../expression/values.ts";
import type { Task } from "../loader/nodes.ts";
import type { HostScope } from "../variables/host-scope.ts";
import { conditionList, holds } from "./conditions.ts";
import { isOutcomeUnknown, isUnreachable } from "./connections.ts";

export type End = "done" | "unreachable" | "unknown";

/** What decides how a task ended: results, and what is to be ignored. */
export interface Judged {
  readonly result: Result;
  readonly end: End;
  readonly error?: ErrorRecord;
  readonly ignoreErrors: boolean;
  readonly ignoreUnreachable: boolean;
}

/** What an error of a task amounts to. */
export function problemOf(error: unknown): { result: Result; end: End; error?: ErrorRecord } {
  if (error instanceof ExpressionError) return { result: failure(`Task failed: ${error.message}`), end: "done" };
  const record = errorRecordOf(error);
  if (isUnreachable(error))
    return { result: { changed: false, unreachable: true, msg: error.message }, end: "unreachable", error: record };
  if (isOutcomeUnknown(error))
    return { result: { changed: false, unreachable: true, msg: error.message }, end: "unknown", error: record };
  if (error instanceof ApplianceError) return { result: failure(error.message), end: "done", error: record };
  return { result: failure(`the engine failed: ${messageOf(error)}`), end: "done", error: record };
}

/** Keys that every result has. */
export function completed(result: Result): Result {
  const whole: Result = { ...result };
  if (whole["failed"] === undefined) {
    const code = whole["rc"];
    whole["failed"] = code !== undefined && code !== null && numeric(code) !== 0 && code !== "0";
  } else whole["failed"] = truthy(whole["failed"]);
  whole["changed"] = whole["changed"] === undefined ? false : truthy(whole["changed"]);
  for (const name of ["stdout", "stderr"]) {
    const text = whole[name];
    if (typeof text === "string" && whole[`${name}_lines`] === undefined) whole[`${name}_lines`] = lineList(text);
  }
  return whole;
}

function lineList(text: string): string[] {
  if (text === "") return [];
  return text.replace(/(?:\r\n|\n|\r)$/, "").split(/\r\n|\n|\r/);
}

/** `changed_when` and `failed_when` replace the module's own verdict; `seen` gives the scope with the result in it. */
export function judge(task: Task, result: Result, seen: (result: Result) => HostScope, templar: Templar): Result {
  if ("skipped" in result) return result;
  const conditions = (keyword: string) => conditionList(task.directives.keywords.get(keyword));
  let name = "changed";
  try {
    const changed = conditions("changed_when");
    if (changed.length > 0) result["changed"] = changed.every((when) => holds(when, seen(result), templar));
    name = "failed";
    const failed = conditions("failed_when");
    if (failed.length > 0) {
      const was = result["failed"] === true;
      const isFailed = failed.every((when) => holds(when, seen(result), templar));
      result["failed"] = isFailed;
      result["failed_when_result"] = isFailed;
      if (!isFailed && was) result["failed_when_suppressed_exception"] = "(traceback unavailable)";
    }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    result["failed"] = true;
    result[`${name}_when_result`] = error.message;
  }
  return result;
}

/** How a task (or one item of it) ended. */
export function statusOf(
  result: Result,
  outcomes: readonly Judged[],
): { status: Exclude<TaskStatus, "rescued">; changed: boolean; error?: ErrorRecord } {
  const changed = result["changed"] === true;
  const error = outcomes.find((outcome) => outcome.error !== undefined)?.error;
  const because = error === undefined ? {} : { error };
  if (result["failed"] === true) {
    const isIgnored = outcomes.every((outcome) => outcome.result["failed"] !== true || outcome.ignoreErrors);
    return { status: isIgnored ? "ignored" : "failed", changed, ...because };
  }
  const lost = outcomes.filter((outcome) => outcome.end !== "done");
  if (lost.length > 0) {
    if (lost.every((outcome) => outcome.ignoreUnreachable)) return { status: "ignored", changed, ...because };
    return {
      status: lost.some((outcome) => outcome.end === "unknown") ? "unknown" : "unreachable",
      changed,
      ...because,
    };
  }
  if (result["skipped"] === true) return { status: "skipped", changed };
  return { status: changed ? "changed" : "ok", changed };
}
