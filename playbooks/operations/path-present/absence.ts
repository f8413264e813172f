import type { OperationPlan } from "../operation.ts";
import { stateWord } from "../path-state.ts";
import { commandFailed, differencesOf, nothingToDo, runChange } from "../plan.ts";
import { operand, type PathRequest, startDiff } from "./request.ts";

/** The path and, when it is a folder, everything in it is gone. A link is removed, not what it points to. */
export async function planAbsence(request: PathRequest): Promise<OperationPlan> {
  const { path, context } = request;
  const previous = stateWord(request.at.stat);
  if (previous === "absent") return nothingToDo({ path, state: "absent" });
  const diff = startDiff(path, "absent", previous);
  if (previous === "directory" && context.wantsDiff) {
    const listing = await context.read.run(`find ${operand(path)} -mindepth 1 -printf '%y %p\\0' | base64 -w0`);
    const entries = Buffer.from(listing.stdout, "base64").toString("utf8").split("\0").filter(Boolean);
    diff.before.path_content = {
      directories: entries.filter((entry) => entry.startsWith("d ")).map((entry) => entry.slice(2)),
      files: entries.filter((entry) => !entry.startsWith("d ")).map((entry) => entry.slice(2)),
    };
  }
  const result = { path, changed: true, state: "absent", ...(context.wantsDiff ? { diff } : {}) };
  const command = previous === "directory" ? "rm -rf" : "rm -f";
  return {
    changes: [runChange(context, `Remove ${path}`, `${command} ${operand(path)}\n`)],
    result,
    differences: differencesOf([diff]),
    conclude(outcomes) {
      const outcome = outcomes.at(-1);
      if (outcome === undefined || outcome.status === 0) return result;
      const words = previous === "directory" ? "rmtree failed" : "Unlinking failed";
      return commandFailed({ path }, outcome, `${words}: ${outcome.stderr.trim()}`);
    },
  };
}
