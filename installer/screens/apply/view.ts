import type { ApplyEvent } from "../../phases/apply-plan/events.ts";
import { reportLines } from "../../phases/apply-plan/report.ts";
import type { ApplyView, PhaseView } from "../install/data.ts";

/** Lines kept of what happened: more than any terminal shows. */
const KEPT = 200;

/** What is shown before anything has begun. */
export const idleApply: ApplyView = {
  state: "idle",
  phases: [],
  hosts: {},
  lines: [],
  end: undefined,
  failure: undefined,
};

/** What is shown after one more event. Pure. */
export function followApply(view: ApplyView, event: ApplyEvent): ApplyView {
  const lines = reportLines(event, { verbose: false });
  const next = { ...view, lines: [...view.lines, ...lines].slice(-KEPT) };
  switch (event.type) {
    case "run-start": {
      const phases = event.phases.map(({ name, title }): PhaseView => ({ name, title, state: "waiting" }));
      const hosts = Object.fromEntries(event.phases.flatMap((phase) => phase.hosts).map((host) => [host, idle]));
      return { ...next, state: "running", phases, hosts };
    }
    case "phase-start":
      return { ...next, phases: mark(view, event.phase, "running") };
    case "phase-end": {
      const failed = event.error !== undefined || Object.values(event.report.hosts).some(isOut);
      return { ...next, phases: mark(view, event.phase, failed ? "failed" : "done") };
    }
    case "phase-blocked":
      return { ...next, phases: mark(view, event.phase, "failed") };
    case "engine":
      return event.event.type === "task-result" ? { ...next, hosts: withTask(view, event.event) } : next;
    case "run-end":
      return { ...next, state: event.exitCode === 0 ? "done" : "failed", end: event };
    default:
      return next;
  }
}

const idle = { task: "", status: "", changes: 0 };

function mark(view: ApplyView, phase: string, state: PhaseView["state"]): readonly PhaseView[] {
  return view.phases.map((one) => (one.name === phase ? { ...one, state } : one));
}

function withTask(
  view: ApplyView,
  result: { readonly host: string; readonly task: string; readonly status: string },
): ApplyView["hosts"] {
  const before = view.hosts[result.host] ?? idle;
  const changes = before.changes + (result.status === "changed" ? 1 : 0);
  return { ...view.hosts, [result.host]: { task: result.task, status: result.status, changes } };
}

function isOut(outcome: { readonly status: string }): boolean {
  return outcome.status === "failed" || outcome.status === "unreachable";
}
