import type { Operation, OperationContext, OperationPlan } from "../operation.ts";
import {
  describeOwners,
  OWNERSHIP_ARGUMENTS,
  parseOwners,
  unsupportedOwnership,
  wantedOwnership,
} from "../ownership.ts";
import { expandPaths } from "../path-expansion.ts";
import { describePaths, PATH_FUNCTIONS, parsePathStates, pathInfo, stateWord } from "../path-state.ts";
import { failing } from "../plan.ts";
import { planAbsence } from "./absence.ts";
import { planAttributes, planTouch } from "./attributes.ts";
import { planDirectory } from "./directory.ts";
import { planHardLink, planSymbolicLink } from "./links.ts";
import type { PathRequest } from "./request.ts";
import { describeTimes, parseTimes } from "./times.ts";

/** A path is a file, a folder, a link or nothing, with an owner, a group and permissions. */
export const pathPresent: Operation = {
  name: "path-present",
  title: "Make a path exist or not, with owner, group and mode",
  modules: ["ansible.builtin.file"],
  arguments: {
    path: { type: "path", required: true, aliases: ["dest", "name"], description: "The path to arrange." },
    state: {
      type: "str",
      choices: ["absent", "directory", "file", "hard", "link", "touch"],
      description: "What the path shall be; what it is now unless given.",
    },
    src: { type: "path", description: "What a link points to." },
    recurse: {
      type: "bool",
      default: false,
      description: "Give owner, group and mode to everything below a folder too.",
    },
    force: { type: "bool", default: false, description: "Make links to nothing, and in the place of files." },
    follow: { type: "bool", default: true, description: "Arrange what a link points to instead of the link." },
    modification_time: { type: "str", description: "`preserve`, `now` or a time in modification_time_format." },
    modification_time_format: {
      type: "str",
      default: "%Y%m%d%H%M.%S",
      description: "How modification_time is written.",
    },
    access_time: { type: "str", description: "`preserve`, `now` or a time in access_time_format." },
    access_time_format: { type: "str", default: "%Y%m%d%H%M.%S", description: "How access_time is written." },
    _original_basename: { type: "str", description: "Name to use when the path is a folder; set by other modules." },
    _diff_peek: { type: "bool", description: "Internal to the original; ignored." },
    ...OWNERSHIP_ARGUMENTS,
  },
  checkMode: "full",
  async plan(raw, context) {
    const unsupported = unsupportedOwnership(raw);
    if (unsupported !== undefined) return failing(unsupported);
    const args = await expandPaths(raw, pathPresent.arguments, context.read);
    const given = await readRequest(args, String(args.path), context);
    if ("changes" in given) return given;
    const basename = basenameWanted(args);
    if (basename === undefined || given.at.target?.kind !== "directory") return informed(given);
    const inside = await readRequest(args, `${given.path.replace(/\/+$/, "")}/${basename}`, context);
    return "changes" in inside ? inside : informed(inside);
  },
};

function basenameWanted(args: Readonly<Record<string, unknown>>): string | undefined {
  if (args.state === "link" || args.state === "absent") return undefined;
  const name = args._original_basename ?? args.src;
  return typeof name === "string" && name !== "" ? name.slice(name.lastIndexOf("/") + 1) : undefined;
}

async function readRequest(
  args: Readonly<Record<string, unknown>>,
  path: string,
  context: OperationContext,
): Promise<PathRequest | OperationPlan> {
  const wanted = wantedOwnership(args);
  const source = typeof args.src === "string" ? args.src : undefined;
  const symbolic = args.state === "link" || args.state === null;
  const script = [
    PATH_FUNCTIONS,
    describePaths(
      [
        { path, label: "at" },
        ...(source === undefined ? [] : [{ path: symbolic ? linkTarget(path, source) : source, label: "source" }]),
      ],
      { user: true },
    ),
    describeOwners(wanted),
    describeTimes(args),
  ].join("");
  const outcome = await context.read.run(script);
  const { paths, user } = parsePathStates(outcome.stdout);
  const at = paths.get("at");
  if (at === undefined || user === undefined)
    return failing(outcome.stderr.trim() || `cannot look at ${path}`, { path });
  const times = parseTimes(args, outcome.stdout);
  if ("failure" in times) return failing(times.failure);
  return {
    path,
    state: typeof args.state === "string" ? args.state : undefined,
    source,
    sourceState: paths.get("source"),
    linkTarget: source === undefined ? undefined : linkTarget(path, source),
    recurse: args.recurse === true,
    force: args.force === true,
    follow: args.follow === true,
    at,
    wanted,
    known: parseOwners(outcome.stdout, wanted),
    user,
    times,
    context,
  };
}

function linkTarget(path: string, source: string): string {
  return source.startsWith("/") ? source : `${path.slice(0, path.lastIndexOf("/") + 1)}${source}`;
}

/** As the original, a failure that names the path says what is there. */
async function informed(request: PathRequest): Promise<OperationPlan> {
  const plan = await planRequest(request);
  const named = plan.result.path ?? plan.result.dest;
  if (plan.result.failed !== true || named !== request.path) return plan;
  return { ...plan, result: { ...plan.result, ...pathInfo(request.at) } };
}

function planRequest(request: PathRequest): OperationPlan | Promise<OperationPlan> {
  const previous = stateWord(request.at.stat);
  const { path } = request;
  const state = request.state ?? (previous !== "absent" ? previous : request.recurse ? "directory" : "file");
  if (request.recurse && state !== "directory") {
    return failing("recurse option requires state to be 'directory'", { path });
  }
  if (request.source !== undefined && state !== "link" && state !== "hard") {
    return failing("src option requires state to be 'link' or 'hard'", { path });
  }
  switch (state) {
    case "absent":
      return planAbsence(request);
    case "directory":
      return planDirectory(request);
    case "link":
      return planSymbolicLink(request);
    case "hard":
      return planHardLink(request);
    case "touch":
      return planTouch(request);
    default:
      return planAttributes(request);
  }
}
