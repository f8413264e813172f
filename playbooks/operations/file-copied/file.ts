import type { Change, OperationContext, OperationPlan } from "../operation.ts";
import { missingOwner, ownershipChange, wantedOwnership } from "../ownership.ts";
import { guarded, type PathState, pathKeys } from "../path-state.ts";
import { differencesOf, failing, nothingToDo, type ResultDiff, runChange } from "../plan.ts";
import {
  backupOf,
  type Destination,
  fileIdentity,
  identityKeys,
  parentOf,
  readDestination,
  writtenFile,
} from "./destination.ts";
import { newFolders } from "./folders.ts";
import type { FileSource } from "./source.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** One file at `dest`, or in it when it is a folder. */
export async function planFile(
  args: Arguments,
  dest: string,
  source: FileSource,
  context: OperationContext,
): Promise<OperationPlan> {
  const wanted = wantedOwnership({ ...args, mode: effectiveMode(args.mode, source) });
  const inside = source.name === undefined ? dest : `${dest.replace(/\/+$/, "")}/${source.name}`;
  const first = dest.endsWith("/") ? inside : dest;
  const places = new Map([
    ["dest", first],
    ["parent", parentOf(first)],
  ]);
  if (inside !== first) places.set("inside", inside).set("parent-inside", parentOf(inside));
  const found = await readDestination(places, wanted, context, { backup: args.backup === true });
  if (typeof found === "string") return failing(found, { dest });
  const isFolder = found.paths.get("dest")?.target?.kind === "directory";
  if (isFolder && source.name === undefined) return failing("can not use content with a dir as dest", { diff: [] });
  const isInside = isFolder && inside !== first;
  const path = isInside ? inside : first;
  const state = found.paths.get(isInside ? "inside" : "dest");
  const parent = found.paths.get(isInside ? "parent-inside" : "parent");
  if (state === undefined || parent === undefined) return failing(`cannot look at ${path}`, { dest });
  return planAt({ args, path, state, parent, found, source, wanted, context, makesFolder: dest.endsWith("/") });
}

interface FileRequest {
  readonly args: Arguments;
  readonly path: string;
  readonly state: PathState;
  readonly parent: PathState;
  readonly found: Destination;
  readonly source: FileSource;
  readonly wanted: ReturnType<typeof wantedOwnership>;
  readonly context: OperationContext;
  /** Whether missing folders are made, as a trailing slash asks. */
  readonly makesFolder: boolean;
}

/** What a plan for one file consists of, so that plans for many can be put together. */
export async function planAt(request: FileRequest): Promise<OperationPlan> {
  const plan = await decide(request);
  // The original always has the list, except where it leaves the file alone for want of force.
  if ("diff" in plan.result || (request.args.force === false && request.state.stat !== undefined)) return plan;
  const failed = plan.result.failed === true ? { checksum: request.source.sha1 } : {};
  if (request.context.checkMode && plan.result.changed === true) return plan;
  return { ...plan, result: { diff: [], ...failed, ...plan.result } };
}

async function decide(request: FileRequest): Promise<OperationPlan> {
  const { args, state, source, context, found } = request;
  const following = args.follow === true && state.stat?.kind === "link";
  const path = following ? (state.realPath ?? request.path) : request.path;
  const current: PathState = following ? { ...state, stat: state.target } : state;
  const src = source.path ?? ".source";
  if (args.force === false && state.stat !== undefined) return nothingToDo({ dest: request.path, src });
  if (typeof args.checksum === "string" && args.checksum !== "" && args.checksum !== source.sha1) {
    return failing("Copied file does not match the expected checksum. Transfer failed.", {
      checksum: source.sha1,
      expected_checksum: args.checksum,
    });
  }
  if (current.stat?.kind === "file" && state.sha1 === source.sha1) return planOwnership(request, path, current);
  const diff = context.wantsDiff ? [await contentDiff(path, current, source, context)] : [];
  const shown = diff.length === 0 ? {} : { diff };
  if (context.checkMode) return { changes: [], result: { changed: true, ...shown }, differences: differencesOf(diff) };
  if (typeof args.validate === "string" && !args.validate.includes("%s")) {
    return failing(`validate must contain %s: ${args.validate}`);
  }
  if (request.parent.target === undefined && !request.makesFolder) {
    return failing(`Destination directory ${parentOf(path)} does not exist`, { checksum: source.sha1 });
  }
  const missing = missingOwner(path, request.wanted, found.known);
  if (missing !== undefined) return failing(missing.failure.msg, { path, checksum: source.sha1 });
  const identity = fileIdentity(request.wanted.mode, found.known, found.user, current, request.parent);
  if ("invalidMode" in identity) {
    return failing("mode must be in octal or symbolic form", { details: identity.invalidMode, path });
  }
  const changes: Change[] = [];
  if (request.parent.target === undefined) {
    const script = newFolders(parentOf(path), args.directory_mode, request.wanted, found);
    changes.push(runChange(context, `Make the folder ${parentOf(path)}`, script));
  }
  const backup = args.backup === true && current.stat !== undefined ? backupOf(path, found.stamp) : undefined;
  if (backup !== undefined) changes.push(runChange(context, `Keep a copy of ${path}`, backup.script));
  const file = writtenFile(path, source.content, identity, args.validate);
  changes.push({ kind: "write", title: `Write ${path}`, file });
  return {
    changes,
    result: {
      changed: true,
      checksum: source.sha1,
      dest: path,
      md5sum: source.md5,
      src,
      ...(backup === undefined ? {} : { backup_file: backup.name }),
      ...identityKeys(identity, source.size),
      ...shown,
    },
    differences: differencesOf(diff),
  };
}

function planOwnership(request: FileRequest, path: string, current: PathState): OperationPlan {
  const { found, context, source } = request;
  if (current.stat === undefined) return failing(`cannot look at ${path}`, { path });
  const change = ownershipChange(path, current.stat, request.wanted, found.known, found.user.umask);
  if ("failure" in change) return failing(change.failure.msg, { ...change.failure, checksum: source.sha1 });
  const diff: ResultDiff = { before: { path, ...change.before }, after: { path, ...change.after } };
  const result = {
    changed: change.differs,
    checksum: source.sha1,
    dest: path,
    path,
    ...pathKeys(change.result),
    ...(context.wantsDiff ? { diff } : {}),
  };
  if (!change.differs) return { changes: [], result };
  const changes = [runChange(context, `Set attributes of ${path}`, change.script)];
  return { changes, result, differences: differencesOf([diff]) };
}

/** Above this many bytes the original shows no content (its `MAX_FILE_SIZE_FOR_DIFF`). */
const DIFF_BYTES = 104_448;

async function contentDiff(
  path: string,
  state: PathState,
  source: FileSource,
  context: OperationContext,
): Promise<ResultDiff> {
  const shown = (content: Buffer | undefined): string | undefined => {
    if (content === undefined || content.length > DIFF_BYTES || content.subarray(0, 8192).includes(0)) return undefined;
    return content.toString("utf8");
  };
  const exists = state.target?.kind === "file";
  const small = exists && (state.target?.size ?? 0) <= DIFF_BYTES;
  const old = exists ? (small ? await context.read.readFile(guarded(path)) : undefined) : Buffer.alloc(0);
  const before = shown(old);
  const after = Buffer.isBuffer(source.content) ? shown(source.content) : undefined;
  return {
    before: before ?? `(${exists ? "binary or larger than" : "over"} ${DIFF_BYTES} bytes)\n`,
    after: after ?? `(binary or larger than ${DIFF_BYTES} bytes, sha1 ${source.sha1})\n`,
    ...(exists ? { before_header: path } : {}),
    after_header: source.path ?? path,
  };
}

function effectiveMode(mode: unknown, source: FileSource): unknown {
  return mode === "preserve" ? source.mode : mode;
}
