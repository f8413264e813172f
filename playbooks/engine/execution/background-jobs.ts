import { randomInt } from "node:crypto";
import type { Become, Command, CommandResult, Connector } from "../../connectors/connector.ts";
import { executePlan } from "../../operations/execute.ts";
import type { ModuleResult, OperationPlan } from "../../operations/operation.ts";
import type { Result } from "../actions/action.ts";
import { isPlainObject, toPlain } from "../expression/values.ts";
import { type JobPlace, jobFolder, launchScript, readScript, writeScript } from "./job-script.ts";

/** Where a job runs and as whom. */
export interface JobHost {
  readonly connector: Connector;
  readonly become: Become | undefined;
  /** Folder of the job files, `~/.ansible_async` unless a person says otherwise. */
  readonly folder: string | undefined;
  readonly signal: AbortSignal;
}

/** A key that no other engine shows: what ran, for the one that started it. */
const OUTCOMES = "_ansible_outcomes";

/**
 * Jobs that go on in the background of a host (`async`), told by files in a folder of their user: JSON with `started`, `finished`
 * and, at the end, the result. A job outlives the run that started it, up to its own deadline.
 */
export class BackgroundJobs {
  readonly #plans = new Map<string, OperationPlan>();

  /** Starts a plan in the background; its last command at least, what comes before it is done at once. */
  async start(plan: OperationPlan, seconds: number, host: JobHost): Promise<Result> {
    const { connector, become, signal } = host;
    const place: JobPlace = { id: newJobId(), folder: jobFolder(host.folder) };
    const last = plan.changes.at(-1);
    const asUser = become === undefined ? {} : { become };
    if (plan.changes.length === 1 && last?.kind === "run" && isText(last.command.stdin)) {
      const { status, stdout, stderr } = await connector.run(
        { ...asUser, ...launchScript(place, last.command, last.command.stdin ?? "", seconds) },
        signal,
      );
      if (status !== 0) return { failed: true, msg: `the job could not be started: ${stderr.trim()}` };
      this.#plans.set(place.id, plan);
      return started(place.id, stdout.trim());
    }
    const { result } = await executePlan(plan, connector, become, signal);
    return this.finished({ ...result }, host, place);
  }

  /** Notes a result that is there already as that of a job. */
  async finished(result: Result, host: JobHost, place?: JobPlace): Promise<Result> {
    const { connector, become, signal } = host;
    const job = place ?? { id: newJobId(), folder: jobFolder(host.folder) };
    const text = JSON.stringify(toPlain({ ...result, started: 1, finished: 1, ansible_job_id: job.id }));
    const asUser = become === undefined ? {} : { become };
    const { stdout } = await connector.run({ ...asUser, ...writeScript(job, text) }, signal);
    return started(job.id, stdout.trim());
  }

  /** What `async_status` says of a job; with `cleanup` its file is taken away. */
  async status(id: string, mode: "status" | "cleanup", host: JobHost): Promise<Result> {
    const { connector, become, signal } = host;
    const place: JobPlace = { id, folder: jobFolder(host.folder) };
    const asUser = become === undefined ? {} : { become };
    const answer = await connector.run({ ...asUser, script: readScript(place, mode) }, signal);
    const [path = "", ...rest] = answer.stdout.split("\n");
    const blank = { stdout: "", stderr: "", stdout_lines: [], stderr_lines: [], ansible_job_id: id };
    const about =
      mode === "cleanup" ? { started: false, finished: false, erased: path } : { started: true, results_file: path };
    if (answer.status !== 0)
      return { ...blank, ...about, failed: true, msg: "could not find job", started: true, finished: true };
    if (mode === "cleanup") {
      this.#plans.delete(id);
      return { ...blank, ...about, changed: false };
    }
    const data = parsed(rest.join("\n"));
    if (data === undefined || !isTrue(data["finished"])) return { ...blank, ...about, changed: false, finished: false };
    const told = this.#result(id, data);
    const lines = {
      ...("stdout" in told ? { stdout_lines: undefined } : {}),
      ...("stderr" in told ? { stderr_lines: undefined } : {}),
    };
    return { ...blank, ...lines, ...told, ...about, ansible_job_id: id, finished: true };
  }

  #result(id: string, data: Record<string, unknown>): Result {
    const { [OUTCOMES]: raw, started: _started, finished: _finished, ...told } = data;
    if (!Array.isArray(raw)) return told;
    const outcomes = raw.filter(isPlainObject).map(outcomeOf);
    const plan = this.#plans.get(id);
    if (isTrue(told["failed"])) return { ...told, failed: true, changed: false };
    return { ...told, ...(plan === undefined ? commandResult(outcomes) : concluded(plan, outcomes)) };
  }
}

function isText(input: Command["stdin"]): input is string | Buffer | undefined {
  return input === undefined || typeof input === "string" || Buffer.isBuffer(input);
}

function concluded(plan: OperationPlan, outcomes: readonly CommandResult[]): ModuleResult {
  if (plan.conclude !== undefined) return plan.conclude(outcomes);
  const bad = outcomes.find((outcome) => outcome.status !== 0);
  if (bad === undefined) return plan.result;
  return { ...plan.result, changed: false, failed: true, msg: bad.stderr.trim(), rc: bad.status };
}

/** A job of an earlier run, of which nothing is known but what it printed. */
function commandResult(outcomes: readonly CommandResult[]): Result {
  const [outcome] = outcomes;
  if (outcome === undefined) return {};
  const { status: rc } = outcome;
  const stdout = outcome.stdout.replace(/[\r\n]+$/, "");
  const stderr = outcome.stderr.replace(/[\r\n]+$/, "");
  const failed = rc === 0 ? {} : { failed: true, msg: "non-zero return code" };
  return { changed: true, rc, stdout, stderr, ...failed };
}

function outcomeOf(raw: Readonly<Record<string, unknown>>): CommandResult {
  const text = (name: string) => Buffer.from(String(raw[name] ?? ""), "base64").toString("utf8");
  return {
    status: Number(raw["status"]),
    stdout: text("stdout"),
    stderr: text("stderr"),
    truncated: false,
    durationMilliseconds: Number(raw["seconds"] ?? 0) * 1000,
  };
}

function started(id: string, path: string): Result {
  return { changed: true, failed: false, started: true, finished: false, ansible_job_id: id, results_file: path };
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** As ansible-core makes them: `j`, a number, a dot, a number. */
function newJobId(): string {
  return `j${randomInt(100_000_000_000, 281_474_976_710_655)}.${process.pid}`;
}

/** Whether a text may be a job's name: nothing of a path, nothing a shell would read. */
export function isJobId(text: string): boolean {
  return /^[A-Za-z0-9._-]+$/.test(text) && text !== "." && text !== "..";
}
