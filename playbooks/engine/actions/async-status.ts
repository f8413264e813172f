import { isJobId } from "../execution/background-jobs.ts";
import { pythonString } from "../expression/values.ts";
import { type ActionContext, failure, type Result } from "./action.ts";

/** `async_status`: how far a job in the background is. */
export async function asyncStatus(context: ActionContext): Promise<Result> {
  const { arguments: args, jobs } = context;
  const unknown = [...args.keys()].filter((name) => name !== "jid" && name !== "mode" && name !== "_async_dir");
  if (unknown.length > 0)
    return failure(
      `Unsupported parameters for (async_status) module: ${unknown.sort().join(", ")}. Supported parameters include: jid, mode.`,
    );
  const jid = args.get("jid");
  if (jid === undefined || jid === null) return failure("missing required arguments: jid");
  const mode = pythonString(args.get("mode") ?? "status");
  if (mode !== "status" && mode !== "cleanup")
    return failure(`value of mode must be one of: status, cleanup, got: ${mode}`);
  const id = pythonString(jid);
  if (!isJobId(id)) return failure("could not find job", { ansible_job_id: id, started: true, finished: true });
  return jobs.status(id, mode, await context.jobHost());
}
