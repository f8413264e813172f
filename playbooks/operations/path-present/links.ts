import { shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationPlan } from "../operation.ts";
import type { PathStat } from "../path-state.ts";
import { stateWord } from "../path-state.ts";
import { failing } from "../plan.ts";
import { attributeStep, freshStat, operand, type PathRequest, pathPlan, startDiff } from "./request.ts";

/** `state: link`: the path is a symbolic link with this text. Attributes go to where it leads. */
export async function planSymbolicLink(request: PathRequest): Promise<OperationPlan> {
  const { path, at, force } = request;
  const previous = stateWord(at.stat);
  const source = request.source ?? (request.follow && at.target !== undefined ? at.linkText : undefined);
  const leadsTo = request.source === undefined ? at.target : request.sourceState?.target;
  if (!force && source !== undefined && leadsTo === undefined) {
    const absolute = request.linkTarget ?? source;
    return failing(`src file does not exist, use 'force=yes' if you really want to create the link: ${absolute}`, {
      path,
      src: source,
    });
  }
  const refusal = await refuseReplacing(request, previous);
  if (refusal !== undefined) return failing(refusal, { path });
  if (previous !== "link" && source === undefined) return failing("src is required for creating new symlinks");

  const diff = startDiff(path, "link", previous);
  const changes = previous !== "link" || (source !== undefined && at.linkText !== source);
  if (previous === "link" && changes) [diff.before.src, diff.after.src] = [at.linkText, source];
  const keys = { dest: path, src: source ?? null };
  const attributesAt = request.follow ? followedPath(request) : { path, stat: linkStat(request, source ?? "") };
  let script = changes ? replaceWith(`ln -s -- ${shellQuote(source ?? "")}`, path, previous) : "";
  let differs = changes;
  if (attributesAt.stat !== undefined && !(request.context.checkMode && at.target === undefined)) {
    const step = attributeStep(request, attributesAt.path, attributesAt.stat, diff);
    if ("changes" in step) return step;
    script += step.script;
    differs ||= step.differs;
  }
  return pathPlan(request, {
    title: `Link ${path} to ${source ?? ""}`,
    script,
    changed: differs,
    keys,
    shown: path,
    stat: at.stat,
    diff,
    failureWords: "Error while linking",
  });
}

/** `state: hard`: the path is another name of the source file. */
export function planHardLink(request: PathRequest): OperationPlan {
  const { path, at, source, force } = request;
  const previous = stateWord(at.stat);
  if (previous !== "hard" && source === undefined) return failing("src is required for creating new hardlinks");
  const original = request.sourceState?.target;
  if (source !== undefined && original === undefined) return failing("src does not exist", { dest: path, src: source });
  const same = original === undefined || (original.inode === at.target?.inode && original.device === at.target.device);
  if (previous === "directory" && !same && !force) {
    return failing("Cannot link: different hard link exists at destination", { dest: path, src: source });
  }
  if (previous === "hard" && !same && !force) {
    return failing("Cannot link, different hard link exists at destination", { dest: path, src: source });
  }
  if (previous === "file" && !force)
    return failing("Cannot link, file exists at destination", { dest: path, src: source });
  const diff = startDiff(path, "hard", previous);
  const changes = previous === "link" ? at.linkText !== source : previous !== "hard" || !same;
  if (previous === "link" && changes) [diff.before.src, diff.after.src] = [at.linkText, source];
  const stat = changes ? original : at.stat;
  const step = attributeStep(request, path, stat ?? freshStat(request, "file"), diff);
  if ("changes" in step) return step;
  const link = changes ? replaceWith(`ln -L -- ${operand(source ?? "")}`, path, previous) : "";
  return pathPlan(request, {
    title: `Link ${path} to ${source ?? ""}`,
    script: link + step.script,
    changed: changes || step.differs,
    keys: { dest: path, src: source ?? null },
    shown: path,
    stat: step.stat,
    diff,
    failureWords: "Error while linking",
  });
}

async function refuseReplacing(request: PathRequest, previous: string): Promise<string | undefined> {
  const { path, force } = request;
  if (previous !== "directory" && previous !== "file" && previous !== "hard") return undefined;
  if (!force) return `refusing to convert from ${previous} to symlink for ${path}`;
  if (previous !== "directory") return undefined;
  const outcome = await request.context.read.run(`find ${operand(path)} -mindepth 1 -maxdepth 1 -printf x | head -c 1`);
  return outcome.stdout === "" ? undefined : `the directory ${path} is not empty, refusing to convert it`;
}

/** Makes the link under another name and renames it over the path, so that the path is never missing. */
function replaceWith(link: string, path: string, previous: string): string {
  if (previous === "absent") return `${link} ${operand(path)}\n`;
  const temporary = `${path.slice(0, path.lastIndexOf("/") + 1)}.bdap-link-`;
  const make = `new=${operand(temporary)}$$\nrm -f "$new"\n${link} "$new"\n`;
  return `${make}${previous === "directory" ? `rmdir ${operand(path)}\n` : ""}mv -fT "$new" ${operand(path)}\n`;
}

function followedPath(request: PathRequest): { path: string; stat: PathStat | undefined } {
  if (request.source === undefined) return { path: request.at.realPath ?? request.path, stat: request.at.target };
  const path = request.sourceState?.realPath ?? request.linkTarget ?? request.source;
  return { path, stat: request.sourceState?.target };
}

function linkStat(request: PathRequest, text: string): PathStat {
  const stat = request.at.stat;
  return stat?.kind === "link" ? stat : { ...freshStat(request, "file"), kind: "link", mode: 0o777, size: text.length };
}
