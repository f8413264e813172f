import type { OperationPlan } from "../operation.ts";
import { missingOwner } from "../ownership.ts";
import { stateWord } from "../path-state.ts";
import { failing } from "../plan.ts";
import { attributeStep, followed, freshStat, operand, type PathRequest, pathPlan, startDiff } from "./request.ts";

/** `state: file`: a file that exists has these attributes; one that does not is a failure. */
export function planAttributes(request: PathRequest): OperationPlan {
  const { path, stat } = followed(request);
  const previous = stateWord(stat);
  if (stat === undefined || (previous !== "file" && previous !== "hard")) {
    return failing(`file (${path}) is ${previous}, cannot continue`, { path, state: previous });
  }
  const diff = startDiff(path, "file", previous);
  const step = attributeStep(request, path, stat, diff);
  if ("changes" in step) return step;
  return pathPlan(request, {
    title: `Set attributes of ${path}`,
    script: step.script,
    changed: step.differs,
    keys: { path },
    shown: path,
    stat: step.stat,
    diff,
  });
}

/** `state: touch`: the path exists, as an empty file if it must be made, and has new times. */
export function planTouch(request: PathRequest): OperationPlan {
  const { path, context } = request;
  const keys = { dest: path };
  if (stateWord(request.at.stat) === "absent") {
    if (!context.checkMode) {
      const missing = missingOwner(path, request.wanted, request.known);
      if (missing !== undefined) return failing(missing.failure.msg, { path });
    }
    const diff = startDiff(path, "touch", "absent");
    const step = attributeStep(request, path, freshStat(request, "file"), diff);
    if ("changes" in step && !context.checkMode) return step;
    return pathPlan(request, {
      title: `Make the file ${path}`,
      script: `: >>${operand(path)}\n${"changes" in step ? "" : step.script}`,
      changed: true,
      keys,
      shown: path,
      stat: undefined,
      ...(context.checkMode ? {} : { diff }),
      failureWords: "Error, could not touch target",
    });
  }
  const target = followed(request);
  if (target.stat === undefined) return failing("Cannot touch a link to nothing", keys);
  const diff = startDiff(path, "touch", stateWord(request.at.stat));
  const step = attributeStep(request, target.path, target.stat, diff);
  if ("changes" in step) return step;
  return pathPlan(request, {
    title: `Touch ${path}`,
    script: step.script,
    changed: step.differs,
    keys,
    shown: path,
    stat: request.at.stat?.kind === "link" ? request.at.stat : step.stat,
    diff,
  });
}
