import { basename } from "node:path";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import type { PlaybookOutcome } from "#playbooks/engine/run.ts";
import type { Difference } from "#playbooks/operations/operation.ts";
import { comparable } from "../comparing/comparable.ts";

/** One thing that happened, as both engines tell it. */
export interface Told {
  readonly what: string;
  readonly host?: string;
  readonly status?: string;
  readonly result?: unknown;
}

/** What a run told, in order for each host, and how it ended. */
export interface ToldRun {
  readonly story: readonly Told[];
  readonly outcome: PlaybookOutcome;
}

/** An event as it is compared; undefined for what only one of the engines tells, or tells at another moment. */
export function toldOf(event: EngineEvent): Told | undefined {
  if (event.type === "play-start") return { what: `play ${event.play}`, result: event.hosts };
  if (event.type !== "task-result") return undefined;
  const { play, role, task, handler, host, result, differences } = event;
  // Ansible tells of an include only afterwards, by another event; what was included follows all the same.
  if (task === "meta" || (/include_(tasks|role)$/.test(task) && event.status === "ok")) return undefined;
  if ("include_args" in result) return undefined;
  const status = event.status === "rescued" ? "failed" : event.status;
  // Those of a loop's items are told with each item by the one, with the whole by the other.
  const isShown = differences !== undefined && differences.length > 0 && !("results" in result);
  const shown = isShown ? { differences: differences.map(plainHeaders) } : {};
  const what = `${play}: ${role === undefined ? "" : `${role} : `}${task}${handler ? " (handler)" : ""}`;
  return { what, host, status, result: comparable({ ...result, ...shown }) };
}

/** A difference without a header of its own is shown under the same words by both; the folders in others are made up. */
function plainHeaders(difference: Difference): Difference {
  const beforeHeader = basename(difference.beforeHeader || "before");
  return { ...difference, beforeHeader, afterHeader: basename(difference.afterHeader || "after") };
}
