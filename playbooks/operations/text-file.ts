import { backupOf, fileIdentity, parentOf, readDestination, writtenFile } from "./file-copied/destination.ts";
import { newFolders } from "./file-copied/folders.ts";
import { modeText } from "./mode.ts";
import type { Argument, Change, ModuleResult, OperationContext, OperationPlan } from "./operation.ts";
import {
  missingOwner,
  OWNERSHIP_ARGUMENTS,
  ownershipChange,
  unsupportedOwnership,
  wantedOwnership,
} from "./ownership.ts";
import type { PathState } from "./path-state.ts";
import { differencesOf, failing, type ResultDiff, runChange } from "./plan.ts";

/** Arguments of every module that edits a text file in place. */
export const TEXT_FILE_ARGUMENTS: Readonly<Record<string, Argument>> = {
  path: { type: "path", required: true, aliases: ["dest", "destfile", "name"], description: "The file to edit." },
  backup: {
    type: "bool",
    default: false,
    description: "Keep the old file beside the new one, with the time in its name.",
  },
  validate: {
    type: "str",
    description: "Command with %s for the new file that must succeed before it is put in place.",
  },
  ...OWNERSHIP_ARGUMENTS,
};

type Arguments = Readonly<Record<string, unknown>>;

/** A text file as read for an edit. Its bytes are kept as Latin-1 text, so that any content survives the edit. */
export interface TextFile {
  readonly exists: boolean;
  readonly text: string;
}

/** What an edit makes of a file. */
export interface Edit {
  readonly text: string;
  readonly changed: boolean;
  readonly msg: string;
  /** More keys for the result. */
  readonly keys?: Readonly<Record<string, unknown>>;
}

/** How one module words its results. */
export interface EditShape {
  /** Keys of the result that a backup fills, and whether it is there without one. */
  readonly backupKey: "backup" | "backup_file";
  readonly missing: (path: string) => OperationPlan;
  readonly diffs: (path: string, content: ResultDiff, attributes: ResultDiff) => unknown;
  readonly create: boolean;
}

/** Text as bytes in Latin-1, for comparing with and putting into a {@link TextFile}. */
export function asBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Reads the file, lets `edit` decide, and plans the write with backup, check, owner, group and mode. */
export async function planTextEdit(
  args: Arguments,
  context: OperationContext,
  shape: EditShape,
  edit: (file: TextFile) => Edit | OperationPlan,
): Promise<OperationPlan> {
  const unsupported = unsupportedOwnership(args);
  if (unsupported !== undefined) return failing(unsupported);
  const path = String(args.path);
  const wanted = wantedOwnership(args);
  const places = new Map([
    ["dest", path],
    ["parent", parentOf(path)],
  ]);
  const found = await readDestination(places, wanted, context, { content: true, backup: args.backup === true });
  if (typeof found === "string") return failing(found);
  const state = found.paths.get("dest");
  if (state === undefined) return failing(`cannot look at ${path}`);
  if (state.target?.kind === "directory") return failing(`Path ${path} is a directory !`, { rc: 256 });
  if (state.target === undefined && !shape.create) return shape.missing(path);
  const isNull = state.target?.kind === "character" && state.target.deviceType === NULL_DEVICE;
  if (state.target !== undefined && state.content === undefined && !isNull) return failing(`Unable to read ${path}`);
  const before = state.content?.toString("latin1") ?? "";
  const edited = edit({ exists: state.target !== undefined, text: before });
  if ("changes" in edited) return edited;
  return planWrite({ args, path, state, wanted, found, context, shape, before, edited });
}

/** makedev(1, 3): /dev/null, a text without lines to whoever reads it. */
const NULL_DEVICE = 259;

interface Write {
  readonly args: Arguments;
  readonly path: string;
  readonly state: PathState;
  readonly wanted: ReturnType<typeof wantedOwnership>;
  readonly found: Exclude<Awaited<ReturnType<typeof readDestination>>, string>;
  readonly context: OperationContext;
  readonly shape: EditShape;
  readonly before: string;
  readonly edited: Edit;
}

function planWrite(write: Write): OperationPlan {
  const { args, state, wanted, found, context, shape, edited } = write;
  const missing =
    context.checkMode && state.target === undefined ? undefined : missingOwner(write.path, wanted, found.known);
  if (missing !== undefined) return failing(missing.failure.msg, { path: write.path });
  const path = state.realPath ?? write.path;
  const target: PathState = { ...state, stat: state.target };
  const plain = fileIdentity(undefined, {}, found.user, target, found.paths.get("parent"));
  const identity = fileIdentity(wanted.mode, found.known, found.user, target, found.paths.get("parent"));
  if ("invalidMode" in identity || "invalidMode" in plain) {
    return failing("mode must be in octal or symbolic form", { path });
  }
  const attributes = identity.mode !== plain.mode || identity.uid !== plain.uid || identity.gid !== plain.gid;
  // Of a file that check mode only predicts, the original says nothing about attributes.
  const predicted = context.checkMode && state.target === undefined;
  const changed = edited.changed || attributes;
  const words = attributes && !predicted ? "ownership, perms or SE linux context changed" : "";
  const msg = edited.changed && words !== "" ? `${edited.msg} and ${words}` : edited.msg + words;
  const diffs = diffsOf(write, predicted ? undefined : attributeChanges(plain, identity));
  const result: Record<string, unknown> = { changed, msg, ...edited.keys, ...diffs.result };
  if (shape.backupKey === "backup") result.backup = "";
  const differences = differencesOf(diffs.shown);
  if (!changed || context.checkMode) return { changes: [], result, ...(changed ? { differences } : {}) };
  if (typeof args.validate === "string" && !args.validate.includes("%s")) {
    return failing(`validate must contain %s: ${args.validate}`);
  }
  const changes: Change[] = [];
  if (edited.changed) {
    if (found.paths.get("parent")?.target === undefined) {
      const script = newFolders(
        parentOf(path),
        undefined,
        { owner: undefined, group: undefined, mode: undefined },
        found,
      );
      changes.push(runChange(context, `Make the folder ${parentOf(path)}`, script));
    }
    if (args.backup === true && state.target !== undefined) {
      const backup = backupOf(path, found.stamp);
      changes.push(runChange(context, `Keep a copy of ${path}`, backup.script));
      result[shape.backupKey] = backup.name;
    }
    const file = writtenFile(path, Buffer.from(edited.text, "latin1"), identity, args.validate);
    changes.push({ kind: "write", title: `Write ${path}`, file });
  } else if (state.target !== undefined) {
    const change = ownershipChange(path, state.target, wanted, found.known, found.user.umask);
    if ("failure" in change) return failing(change.failure.msg, change.failure);
    changes.push(runChange(context, `Set attributes of ${path}`, change.script));
  }
  return { changes, result: result as ModuleResult, differences };
}

type Identity = Exclude<ReturnType<typeof fileIdentity>, { readonly invalidMode: string }>;

function attributeChanges(from: Identity, to: Identity): ResultDiff {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  if (from.uid !== to.uid) [before.owner, after.owner] = [from.uid, to.uid];
  if (from.gid !== to.gid) [before.group, after.group] = [from.gid, to.gid];
  if (from.mode !== to.mode) [before.mode, after.mode] = [modeText(from.mode), modeText(to.mode)];
  return Object.keys(after).length === 0 ? {} : { before, after };
}

function diffsOf(
  write: Write,
  attributes: ResultDiff | undefined,
): { result: Record<string, unknown>; shown: ResultDiff[] } {
  const { path, context, before, edited } = write;
  const text = (bytes: string) => (context.wantsDiff ? Buffer.from(bytes, "latin1").toString("utf8") : "");
  const content = {
    before: text(before),
    after: text(edited.text),
    before_header: `${path} (content)`,
    after_header: `${path} (content)`,
  };
  const attributeDiff = {
    ...attributes,
    before_header: `${path} (file attributes)`,
    after_header: `${path} (file attributes)`,
  };
  const shaped = attributes === undefined ? content : write.shape.diffs(path, content, attributeDiff);
  return { result: shaped === undefined ? {} : { diff: shaped }, shown: [content, attributeDiff] };
}

/** `text` as lines that keep their line ends, as Python's `readlines` gives them. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
