import { shellQuote } from "#inventory/kernel/shell.ts";
import type { OperationContext, OperationPlan } from "../operation.ts";
import { type KnownOwners, ownershipChange, type WantedOwnership } from "../ownership.ts";
import {
  describePath,
  guarded,
  type HostUser,
  PATH_FUNCTIONS,
  type PathStat,
  type PathState,
  parsePathStates,
  pathInfo,
  pathKeys,
  stateWord,
} from "../path-state.ts";
import { commandFailed, differencesOf, failing, runChange } from "../plan.ts";
import type { Times } from "./times.ts";
import { timesChange } from "./times.ts";

/** One task of the `file` module with what the host says about its paths. */
export interface PathRequest {
  readonly path: string;
  readonly state: string | undefined;
  readonly source: string | undefined;
  readonly sourceState: PathState | undefined;
  /** Where the source lies, seen from the link's folder. */
  readonly linkTarget: string | undefined;
  readonly recurse: boolean;
  readonly force: boolean;
  readonly follow: boolean;
  readonly at: PathState;
  readonly wanted: WantedOwnership;
  readonly known: KnownOwners;
  readonly user: HostUser;
  readonly times: Times;
  readonly context: OperationContext;
}

export interface PathDiff {
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
}

export function startDiff(path: string, state: string, previous: string): PathDiff {
  const diff: PathDiff = { before: { path }, after: { path } };
  if (previous !== state) {
    diff.before.state = previous;
    diff.after.state = state;
  }
  return diff;
}

/** What is done to the attributes of one path that exists, or will. */
export interface AttributeStep {
  readonly differs: boolean;
  readonly script: string;
  readonly stat: PathStat;
}

/** Owner, group, mode and times of `path`; what differs goes into `diff`. */
export function attributeStep(
  request: PathRequest,
  path: string,
  stat: PathStat,
  diff: PathDiff,
): AttributeStep | OperationPlan {
  const ownership = ownershipChange(path, stat, request.wanted, request.known, request.user.umask);
  if ("failure" in ownership) {
    const { msg, ...extra } = ownership.failure;
    return failing(msg, extra);
  }
  Object.assign(diff.before, ownership.before);
  Object.assign(diff.after, ownership.after);
  const times = timesChange(path, stat, request.times, diff);
  return {
    differs: ownership.differs || times !== "",
    script: ownership.script + times,
    stat: ownership.result,
  };
}

/** The plan for one path: `script` makes it so, `keys` name it in the result (`path`, or `dest` and `src`). */
export function pathPlan(
  request: PathRequest,
  options: {
    readonly title: string;
    readonly script: string;
    readonly changed: boolean;
    readonly keys: Readonly<Record<string, unknown>>;
    readonly shown: string;
    readonly stat: PathStat | undefined;
    readonly diff?: PathDiff;
    readonly failureWords?: string;
  },
): OperationPlan {
  const { context } = request;
  const diff = options.diff === undefined || !context.wantsDiff ? {} : { diff: options.diff };
  const base = { ...options.keys, changed: options.changed, ...diff };
  if (!options.changed) {
    const info = options.stat?.kind === "link" ? pathInfo(request.at) : pathKeys(options.stat);
    return { changes: [], result: { ...base, ...info } };
  }
  const script = `${PATH_FUNCTIONS}${options.script}${describePath(options.shown, "final")}`;
  return {
    changes: [runChange(context, options.title, script)],
    result: { ...base, ...pathKeys(options.stat) },
    ...(options.diff === undefined ? {} : { differences: differencesOf([options.diff]) }),
    conclude(outcomes) {
      const outcome = outcomes.at(-1);
      if (outcome === undefined) return base;
      if (outcome.status !== 0) {
        const words = options.failureWords === undefined ? "" : `${options.failureWords}: `;
        return commandFailed(options.keys, outcome, `${words}${outcome.stderr.trim()}`);
      }
      return { ...base, ...pathInfo(parsePathStates(outcome.stdout).paths.get("final")) };
    },
  };
}

/** What stat will say of a path this task makes. */
export function freshStat(request: PathRequest, kind: "file" | "directory"): PathStat {
  const { user } = request;
  return {
    kind,
    mode: (kind === "file" ? 0o666 : 0o777) & ~user.umask,
    uid: user.uid,
    gid: user.gid,
    owner: user.owner,
    group: user.group,
    links: kind === "file" ? 1 : 2,
    size: 0,
    blocks: 0,
    blockSize: 4096,
    inode: 0,
    device: 0,
    deviceType: 0,
    accessed: 0,
    modified: 0,
    changed: 0,
    born: undefined,
    context: undefined,
  };
}

/** The path that attributes are given to: where a followed link ends. */
export function followed(request: PathRequest): { path: string; stat: PathStat | undefined } {
  const { at, path } = request;
  if (!request.follow || stateWord(at.stat) !== "link") return { path, stat: at.stat };
  return { path: at.realPath ?? path, stat: at.target };
}

export function operand(path: string): string {
  return shellQuote(guarded(path));
}
