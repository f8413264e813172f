import { randomBytes } from "node:crypto";
import { timestamp } from "#inventory/kernel/clock.ts";
import { type ErrorRecord, errorRecordOf } from "#inventory/kernel/errors.ts";
import type { JsonLines } from "#inventory/site-directory/json-lines.ts";
import type { EngineEvent } from "#playbooks/engine/events.ts";
import type { HostOutcome, Phase, PhaseInput, PhaseReport } from "../phase.ts";
import { phaseBlocked } from "./errors.ts";
import type { ApplyEvent, FinalOutcome } from "./events.ts";
import type { JournalRecord } from "./journal.ts";
import type { JournalSummary } from "./journal-summary.ts";

/** What an apply is given: everything a phase needs but what changes from phase to phase. */
export interface ApplyInput extends Omit<PhaseInput, "hosts" | "pendingHandlers" | "onEvent" | "onProgress"> {
  /** Hosts the person limited the run to; every node of the plan otherwise. */
  readonly limitedTo: readonly string[];
  /** Who runs it, for the journal: user and machine. */
  readonly by: string;
  /** Absent under `check`, which leaves no trace. */
  readonly journal?: JsonLines;
  readonly onEvent: (event: ApplyEvent) => void;
}

export type ApplyOutcome = Extract<ApplyEvent, { readonly type: "run-end" }>;

type Unstamped<R extends JournalRecord> = R extends JournalRecord ? Omit<R, "run" | "time"> : never;

/** One run of the phases: who is still in, what failed, what the journal holds. */
export class ApplyRun {
  readonly #input: ApplyInput;
  readonly #before: JournalSummary;
  readonly #id: string;
  readonly #hosts = new Map<string, FinalOutcome>();
  /** Phases that did not succeed on every one of their hosts. */
  readonly #unmet = new Set<string>();
  readonly #problems: ErrorRecord[] = [];
  #changed = false;

  constructor(input: ApplyInput, before: JournalSummary) {
    this.#input = input;
    this.#before = before;
    const stamp = timestamp(input.clock).replaceAll(/[-:.]/g, "").slice(0, 15);
    this.#id = `${stamp}-${randomBytes(3).toString("hex")}`;
  }

  async begin(phases: readonly Phase[]): Promise<void> {
    const { plan, options, limitedTo, by, onEvent } = this.#input;
    for (const host of limitedTo) this.#hosts.set(host, { status: "done", changes: 0 });
    const resumed = this.#before.interrupted;
    await this.#record({ type: "run-start", plan: plan.id, by, resumed: resumed?.run ?? null });
    const table = phases.map((phase) => ({ name: phase.name, title: phase.title, hosts: this.#hostsOf(phase) }));
    onEvent({ type: "run-start", run: this.#id, plan: plan.id, check: options.check, phases: table, resumed });
  }

  async perform(phase: Phase): Promise<void> {
    const own = this.#hostsOf(phase);
    const wanted = phase.nodes(this.#input.plan).filter((host) => this.#input.limitedTo.includes(host));
    const by = phase.needs.filter((need) => this.#unmet.has(need));
    if (by.length > 0 || (wanted.length > 0 && own.length === 0)) {
      this.#block(phase, by);
      return;
    }
    await this.#record({ type: "phase-start", phase: phase.name });
    this.#input.onEvent({ type: "phase-start", phase: phase.name, title: phase.title, hosts: own });
    const { report, error } = await this.#runPhase(phase, own);
    for (const [host, outcome] of Object.entries(report.hosts)) this.#note(phase, host, outcome);
    if (error !== undefined) this.#problems.push(error);
    if (error !== undefined || wanted.some((host) => isOut(this.#hosts.get(host)))) this.#unmet.add(phase.name);
    this.#changed ||= report.changed;
    await this.#record({ type: "phase-end", phase: phase.name, changed: report.changed });
    const problem = error === undefined ? {} : { error };
    this.#input.onEvent({ type: "phase-end", phase: phase.name, report, ...problem });
  }

  async end(): Promise<ApplyOutcome> {
    const failed = this.#problems.length > 0 || [...this.#hosts.values()].some(isOut);
    const cancelled = this.#input.signal.aborted;
    await this.#record({ type: "run-end", outcome: cancelled ? "cancelled" : failed ? "failed" : "done" });
    const outcome: ApplyOutcome = {
      type: "run-end",
      run: this.#id,
      check: this.#input.options.check,
      changed: this.#changed,
      hosts: Object.fromEntries(this.#hosts),
      problems: this.#problems,
      exitCode: cancelled ? 130 : failed ? 3 : 0,
    };
    this.#input.onEvent(outcome);
    return outcome;
  }

  #hostsOf(phase: Phase): string[] {
    const { plan, limitedTo } = this.#input;
    return phase.nodes(plan).filter((host) => limitedTo.includes(host) && !isOut(this.#hosts.get(host)));
  }

  #block(phase: Phase, by: readonly string[]): void {
    this.#unmet.add(phase.name);
    this.#problems.push(phaseBlocked(phase, by));
    this.#input.onEvent({ type: "phase-blocked", phase: phase.name, title: phase.title, by });
  }

  async #runPhase(phase: Phase, hosts: readonly string[]): Promise<{ report: PhaseReport; error?: ErrorRecord }> {
    const { onEvent, limitedTo, by, journal, ...shared } = this.#input;
    try {
      const report = await phase.run({
        ...shared,
        hosts,
        pendingHandlers: (this.#before.pending.get(phase.name) ?? []).filter((owed) => hosts.includes(owed.host)),
        onEvent: (event) => this.#followEngine(phase, event),
        onProgress: (message) => onEvent({ type: "phase-progress", phase: phase.name, message }),
      });
      return { report };
    } catch (error) {
      if (this.#input.signal.aborted) return { report: { hosts: {}, changed: false } };
      return { report: { hosts: {}, changed: false }, error: errorRecordOf(error) };
    }
  }

  async #followEngine(phase: Phase, event: EngineEvent): Promise<void> {
    if (event.type === "handler-intended") {
      const { type, play, step, handler, host } = event;
      await this.#record({ type, phase: phase.name, play, step, handler, host });
    }
    if (event.type === "handler-notified" || event.type === "handler-done") {
      const { type, play, handler, host } = event;
      await this.#record({ type, phase: phase.name, play, handler, host });
    }
    if (event.type === "task-result") {
      const { step, task, host, status } = event;
      const known = this.#hosts.get(host);
      if (status === "changed") {
        this.#hosts.set(host, { ...known, status: "changed", changes: (known?.changes ?? 0) + 1 });
      }
      await this.#record({ type: "step", phase: phase.name, step, task, host, status });
    }
    this.#input.onEvent({ type: "engine", phase: phase.name, event });
  }

  #note(phase: Phase, host: string, outcome: HostOutcome): void {
    const earlier = this.#hosts.get(host);
    const status = outcome.status === "done" && earlier?.status === "changed" ? "changed" : outcome.status;
    const where = isOut(outcome) ? { phase: phase.name } : {};
    this.#hosts.set(host, { ...outcome, status, changes: earlier?.changes ?? 0, ...where });
  }

  async #record(entry: Unstamped<JournalRecord>): Promise<void> {
    await this.#input.journal?.append({ run: this.#id, time: timestamp(this.#input.clock), ...entry });
  }
}

function isOut(outcome: HostOutcome | undefined): boolean {
  return outcome?.status === "failed" || outcome?.status === "unreachable";
}
