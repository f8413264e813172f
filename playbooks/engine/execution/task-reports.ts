import type { ApplianceError } from "#inventory/kernel/errors.ts";
import { type ErrorRecord, errorRecordOf } from "#inventory/kernel/errors.ts";
import type { Result } from "../actions/action.ts";
import type { TaskStatus } from "../events.ts";
import type { Play, Task } from "../loader/nodes.ts";
import type { RunnerServices } from "./services.ts";
import type { TaskOutcome } from "./task-runner.ts";

/** Tells what tasks came to, with nothing in it that must not be seen. */
export class TaskReports {
  readonly #services: RunnerServices;
  readonly #play: Play;

  constructor(options: { readonly services: RunnerServices; readonly play: Play }) {
    this.#services = options.services;
    this.#play = options.play;
  }

  async result(outcome: TaskOutcome, status: TaskStatus): Promise<void> {
    const { censor, emit } = this.#services;
    for (const message of outcome.warnings)
      await emit({ type: "warning", message: censor.text(message), host: outcome.host });
    const differences = censor.differences(outcome.differences, outcome.isCensored);
    await emit({
      type: "task-result",
      ...outcome.reference,
      host: outcome.host,
      status,
      result: censor.result(outcome.result, outcome.isCensored),
      ...(differences.length === 0 ? {} : { differences }),
      ...(outcome.delegate === undefined ? {} : { delegate: outcome.delegate }),
      ...(outcome.isLooped ? { looped: true } : {}),
      ...this.#error(outcome),
      durationMilliseconds: outcome.durationMilliseconds,
    });
  }

  /** What an include named could not be had: the include itself has failed on `host`. */
  async failedInclude(outcome: TaskOutcome, host: string, problem: ApplianceError): Promise<void> {
    const { censor, emit } = this.#services;
    const record: ErrorRecord = errorRecordOf(problem);
    await emit({
      type: "task-result",
      ...outcome.reference,
      host,
      status: "failed",
      result: censor.result(
        { ...outcome.result, changed: false, failed: true, reason: problem.message },
        outcome.isCensored,
      ),
      error: { ...record, message: censor.text(record.message) },
      durationMilliseconds: outcome.durationMilliseconds,
    });
  }

  /** What `ansible_failed_task` holds. */
  describe(task: Task, outcome: TaskOutcome): Result {
    const keyword = (name: string) => task.directives.keywords.get(name) ?? null;
    return {
      name: outcome.reference.task,
      action: task.writtenModule,
      args: new Map(task.arguments),
      register: keyword("register"),
      tags: [...task.directives.tags],
      when: keyword("when") ?? [],
      vars: keyword("vars") ?? new Map(),
      delegate_to: keyword("delegate_to"),
      ignore_errors: keyword("ignore_errors"),
      notify: keyword("notify"),
      play: this.#play.name,
    };
  }

  #error(outcome: TaskOutcome): { error?: ErrorRecord } {
    if (outcome.error === undefined) return {};
    const { code, kind, hint, message } = outcome.error;
    if (outcome.isCensored)
      return { error: { code, kind, hint, message: "the output has been hidden because of no_log" } };
    return { error: { ...outcome.error, message: this.#services.censor.text(message) } };
  }
}
