import { ApplianceError } from "#inventory/kernel/errors.ts";
import type { Secret } from "#inventory/kernel/secret.ts";
import type { Become, CommandResult, Connector } from "../connectors/connector.ts";
import { outputTooLong } from "../connectors/errors.ts";
import { fetchFile } from "./fetch-file.ts";
import type { Change, Difference, ModuleResult, OperationPlan, Reader } from "./operation.ts";

export { validateArguments } from "./arguments.ts";

/** How much is kept of what was too long to keep. */
const CUT_CHARACTERS = 1000;

/** How a plan went. `outcomes` are those of the `run` changes that were run, in order. */
export interface Execution {
  readonly result: ModuleResult;
  readonly outcomes: readonly CommandResult[];
  readonly differences: readonly Difference[];
}

/**
 * Makes a plan's changes in order on one host and gives the final result. Stops at the first change that fails: the plan's
 * `conclude` judges what was run so far; without one the result is `failed` with the command's own words. What concerns the
 * transport (unreachable host, unknown outcome, deadline, cancellation) is thrown as the connector throws it.
 */
export async function executePlan(
  plan: OperationPlan,
  connector: Connector,
  become: Become | undefined,
  signal: AbortSignal,
): Promise<Execution> {
  const outcomes: CommandResult[] = [];
  const differences = plan.differences ?? [];
  for (const change of plan.changes) {
    signal.throwIfAborted();
    const outcome = await makeChange(change, connector, become, signal);
    if (outcome === undefined) continue;
    if ("refusal" in outcome) return { result: failureOf(plan.result, outcome.refusal), outcomes, differences };
    outcomes.push(outcome);
    if (outcome.status === 0) continue;
    if (plan.conclude !== undefined || plan.next !== undefined) break;
    return { result: commandFailure(plan.result, change.title, outcome), outcomes, differences };
  }
  if (plan.next !== undefined) return executePlan(await plan.next(outcomes), connector, become, signal);
  const result = plan.conclude === undefined ? plan.result : plan.conclude(outcomes);
  const isWhole = outcomes.every(({ truncated }) => !truncated);
  return { result: isWhole ? result : cutResult(result, connector.host), outcomes, differences };
}

/** A result that is not whole: whoever goes by it would go wrong, so it is a failure, and only its beginning is kept. */
function cutResult(result: ModuleResult, host: string): ModuleResult {
  const { message, hint } = outputTooLong(host);
  const { stdout_lines: _out, stderr_lines: _err, ...kept } = result;
  for (const key of ["stdout", "stderr"]) {
    const text = kept[key];
    if (typeof text === "string") Object.assign(kept, { [key]: text.slice(0, CUT_CHARACTERS) });
  }
  return { ...kept, failed: true, msg: `${message} ${hint}` };
}

/** What a plan reads with: the connector's commands, as `become` and with the task's environment. */
export function readerOf(
  connector: Connector,
  become: Become | undefined,
  environment: Readonly<Record<string, string | Secret>>,
  signal: AbortSignal,
): Reader {
  return {
    run: async (script, { mayBeCut = false, ...options } = {}) => {
      const asUser = become === undefined ? {} : { become };
      const outcome = await connector.run({ script, environment, ...options, ...asUser }, signal);
      if (outcome.truncated && !mayBeCut) throw outputTooLong(connector.host);
      return outcome;
    },
    readFile: async (path) => {
      try {
        return await connector.readFile(path, become, signal);
      } catch (error) {
        if (isRefusal(error)) return undefined;
        throw error;
      }
    },
  };
}

async function makeChange(
  change: Change,
  connector: Connector,
  become: Become | undefined,
  signal: AbortSignal,
): Promise<CommandResult | { readonly refusal: ApplianceError } | undefined> {
  const asUser = become === undefined ? {} : { become };
  if (change.kind === "run") return connector.run({ ...asUser, ...change.command }, signal);
  try {
    if (change.kind === "fetch") await fetchFile(change.file, connector, become, signal);
    else await connector.writeFile({ ...asUser, ...change.file }, signal);
    return undefined;
  } catch (error) {
    if (isRefusal(error)) return { refusal: error };
    throw error;
  }
}

/** Codes by which a connector says that a file was refused, in contrast to trouble with the host or the way to it. */
const REFUSAL_CODES: readonly string[] = [
  "PLAYBOOKS_DISK_FULL",
  "PLAYBOOKS_FILE_NOT_WRITTEN",
  "PLAYBOOKS_FILE_REFUSED",
  "PLAYBOOKS_FILE_NOT_READ",
];

function isRefusal(error: unknown): error is ApplianceError {
  return error instanceof ApplianceError && REFUSAL_CODES.includes(error.code);
}

function failureOf(planned: ModuleResult, error: ApplianceError): ModuleResult {
  const failure = { changed: false, failed: true, msg: error.message };
  if (error.code !== "PLAYBOOKS_FILE_REFUSED") return { ...planned, ...failure };
  const checksum = "checksum" in planned ? { checksum: planned.checksum, diff: planned.diff } : {};
  return {
    ...checksum,
    ...failure,
    msg: "failed to validate",
    exit_status: 1,
    stdout: "",
    stderr: error.context.output ?? "",
  };
}

function commandFailure(planned: ModuleResult, title: string, outcome: CommandResult): ModuleResult {
  const words = outcome.stderr.trim() || outcome.stdout.trim() || `${title}: exit status ${outcome.status}`;
  return {
    ...planned,
    changed: false,
    failed: true,
    msg: words,
    rc: outcome.status,
    stdout: outcome.stdout,
    stderr: outcome.stderr,
  };
}
