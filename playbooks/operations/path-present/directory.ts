import type { OperationPlan } from "../operation.ts";
import { missingOwner } from "../ownership.ts";
import { stateWord } from "../path-state.ts";
import { failing } from "../plan.ts";
import { attributeStep, followed, freshStat, operand, type PathRequest, pathPlan, startDiff } from "./request.ts";
import { planTree } from "./tree.ts";

/** The path is a folder; missing parents are made with the same owner, group and mode. */
export async function planDirectory(request: PathRequest): Promise<OperationPlan> {
  const { path, stat } = followed(request);
  const previous = stateWord(stat);
  if (previous === "absent") return planNewDirectory({ ...request, path });
  if (previous !== "directory" || stat === undefined)
    return failing(`${path} already exists as a ${previous}`, { path });
  const diff = startDiff(path, "directory", previous);
  const step = attributeStep(request, path, stat, diff);
  if ("changes" in step) return step;
  const tree = request.recurse ? await planTree(request, path) : { differs: false, script: "" };
  if ("changes" in tree) return tree;
  return pathPlan(request, {
    title: `Set attributes of ${path}`,
    script: step.script + tree.script,
    changed: step.differs || tree.differs,
    keys: { path },
    shown: path,
    stat: step.stat,
    diff,
  });
}

function planNewDirectory(request: PathRequest): OperationPlan {
  const { path, context } = request;
  const diff = startDiff(path, "directory", "absent");
  if (!context.checkMode) {
    const missing = missingOwner(path, request.wanted, request.known);
    if (missing !== undefined) return failing(missing.failure.msg, { path });
  }
  let script = "";
  const fresh = freshStat(request, "directory");
  for (const parent of prefixes(path)) {
    const step = attributeStep(request, parent, fresh, diff);
    if ("changes" in step) {
      if (context.checkMode) break;
      return step;
    }
    script += `if [ ! -e ${operand(parent)} ]; then\nmkdir ${operand(parent)}\n${step.script}fi\n`;
  }
  return pathPlan(request, {
    title: `Make the folder ${path}`,
    script,
    changed: true,
    keys: { path },
    shown: path,
    stat: undefined,
    diff,
    failureWords: `There was an issue creating ${path} as requested`,
  });
}

/** `/a/b/c` → `/a`, `/a/b`, `/a/b/c`. */
function prefixes(path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  const root = path.startsWith("/") ? "/" : "";
  return parts.map((_, index) => root + parts.slice(0, index + 1).join("/"));
}
