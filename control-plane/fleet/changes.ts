import type { CheckResult } from "#agent/protocol/messages.ts";
import type { NodeChange } from "../reconcilers/fleet-events/fleet-events.ts";
import type { NodeHealth } from "../reconcilers/node-state/node-state.ts";
import type { NewEvent } from "../store/event-log.ts";

/** What an automatic change of a node's health means to the fleet; empty when neither state nor cause changed. */
export function stateChanges(node: string, before: NodeHealth, after: NodeHealth): NodeChange[] {
  if (before.state === after.state && before.cause === after.cause) return [];
  const told = before.state === after.state ? undefined : stateEvent(node, before, after);
  const begins = after.cause !== "" && after.cause !== before.cause;
  const changes: NodeChange[] = [];
  // One event for one change: told with the new cause if there is one, else with the end of the old one.
  if (!begins || before.cause !== "") {
    changes.push({ kind: "end", group: before.cause, node, key: "state", event: begins ? undefined : told });
  }
  if (begins) changes.push({ kind: "begin", group: after.cause, node, key: "state", event: told });
  return changes;
}

function stateEvent(node: string, before: NodeHealth, after: NodeHealth): NewEvent {
  return {
    code: "NODE_STATE_CHANGED",
    severity: after.state === "unreachable" ? "critical" : after.state === "degraded" ? "warning" : "info",
    node,
    message: `${node} went from ${before.state} to ${after.state}: ${after.reason}`,
    data: { from: before.state, to: after.state, reason: after.reason, cause: after.cause },
  };
}

/** The events of problems that began or ended between two heartbeats. */
export function checkChanges(
  node: string,
  before: readonly CheckResult[],
  after: readonly CheckResult[],
): NodeChange[] {
  const had = new Map(before.map((check) => [keyOf(check), check]));
  const has = new Map(after.map((check) => [keyOf(check), check]));
  const began = [...has].filter(([key]) => !had.has(key)).map(([key, check]) => checkChange("begin", node, key, check));
  const ended = [...had].filter(([key]) => !has.has(key)).map(([key, check]) => checkChange("end", node, key, check));
  return [...began, ...ended];
}

function checkChange(kind: "begin" | "end", node: string, key: string, check: CheckResult): NodeChange {
  const { code, subject, message, hint, severity } = check;
  const where = subject === "" ? "" : ` (${subject})`;
  const event =
    kind === "begin"
      ? ({ code: "CHECK_PROBLEM", severity, message: `${node}: ${message}` } as const)
      : ({ code: "CHECK_RECOVERED", severity: "info", message: `${node}: ${code}${where} is over.` } as const);
  return {
    kind,
    group: code,
    node,
    key,
    event: { ...event, node, data: { check: check.check, code, subject, hint } },
  };
}

function keyOf(check: CheckResult): string {
  return JSON.stringify([check.check, check.code, check.subject]);
}
