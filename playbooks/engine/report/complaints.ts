import type { EngineEvent } from "../events.ts";
import type { Display } from "./display.ts";
import { excerpt } from "./excerpt.ts";

type Told = EngineEvent & { readonly type: "warning" | "deprecation" };
type Ended = EngineEvent & { readonly type: "task-result" | "item-result" };

/** Tells warnings, deprecations and the errors of tasks, each with the place it comes from. */
export interface Complaints {
  tell(event: Told): void;
  /** What a result brings along: its error, where it failed. */
  ofResult(event: Ended): void;
}

export function complaintsOf(display: Display, failuresToStderr: boolean): Complaints {
  return {
    tell: (event) => {
      if (event.type === "deprecation") display.deprecated(deprecationText(event));
      else display.warning(warningText(event));
    },
    ofResult: (event) => {
      const isFailure = event.result.failed === true || event.result["unreachable"] === true;
      if (!isFailure || event.result["censored"] !== undefined) return;
      display.error(failureText(event), failuresToStderr);
    },
  };
}

function warningText(event: Told & { readonly type: "warning" }): string {
  const parts = [event.message];
  if (event.origin !== undefined) parts.push(excerpt(event.origin));
  if (event.help !== undefined) parts.push("", event.help);
  return event.help !== undefined && event.origin === undefined && !event.message.includes("\n")
    ? `${event.message} ${event.help}`
    : parts.join("\n");
}

function deprecationText(event: Told & { readonly type: "deprecation" }): string {
  const { message, version, date } = event;
  const when =
    version !== undefined
      ? `in version ${version}`
      : date !== undefined
        ? `in a release after ${date}`
        : "in a future release";
  const whole = `${message.replace(/\.?$/, ".")} This feature will be removed from ansible-core ${when.replace("in version", "version")}.`;
  return event.origin === undefined ? whole : `${whole}\n${excerpt(event.origin)}`;
}

function failureText(event: Ended): string {
  const message = String(event.result["msg"] ?? "");
  const text = message.startsWith("Task failed: ") ? message : `Task failed: ${sourceOf(event)}${message}`;
  return event.origin === undefined ? text : `${text}\n${excerpt(event.origin)}`;
}

/** Actions are what the original's controller does itself; all else are modules. */
function sourceOf(event: Ended): string {
  if (event.result["unreachable"] === true) return "";
  return ACTIONS.has((event.module ?? "").replace("ansible.builtin.", "")) ? "Action failed: " : "Module failed: ";
}

const ACTIONS: ReadonlySet<string> = new Set([
  "add_host",
  "assert",
  "debug",
  "fail",
  "group_by",
  "include_role",
  "include_tasks",
  "include_vars",
  "pause",
  "set_fact",
  "set_stats",
  "validate_argument_spec",
  "wait_for_connection",
]);
