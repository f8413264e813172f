import { posix } from "node:path";
import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { FileToWrite } from "../../connectors/connector.ts";
import { modeBits, modeText, parseMode } from "../mode.ts";
import type { OperationContext } from "../operation.ts";
import { describeOwners, type KnownOwners, parseOwners, type WantedOwnership } from "../ownership.ts";
import {
  describePaths,
  guarded,
  type HostUser,
  PATH_FUNCTIONS,
  type PathState,
  parsePathStates,
} from "../path-state.ts";
import { splitWords } from "../words.ts";

/** What the host says about a place where a file shall lie. */
export interface Destination {
  readonly paths: ReadonlyMap<string, PathState>;
  readonly user: HostUser;
  readonly known: KnownOwners;
  /** Process number and time on the host, for the name of a backup; only where one may be made. */
  readonly stamp: string;
}

/** Reads `places` (label → path, with checksums or with their content) and who owns what, in one round trip. */
export async function readDestination(
  places: ReadonlyMap<string, string>,
  wanted: WantedOwnership,
  context: OperationContext,
  options: { readonly content?: true; readonly backup?: boolean } = {},
): Promise<Destination | string> {
  const wants: readonly ("sha1" | "content")[] = options.content === true ? ["content"] : ["sha1"];
  const script = [
    PATH_FUNCTIONS,
    options.backup === true ? 'echo "stamp $$.$(date +%Y-%m-%d@%H:%M:%S)"\n' : "",
    describePaths(
      [...places].map(([label, path]) => ({ path, label, wants: label.startsWith("parent") ? [] : wants })),
      { user: true },
    ),
    describeOwners(wanted),
  ].join("");
  const outcome = await context.read.run(script);
  const { paths, user } = parsePathStates(outcome.stdout);
  if (user === undefined) return outcome.stderr.trim() || "cannot look at the destination";
  const stamp = /^stamp (\S+)$/m.exec(outcome.stdout)?.[1] ?? "0";
  return { paths, user, known: parseOwners(outcome.stdout, wanted), stamp };
}

/** Owner, group and mode a newly written file gets: as wanted, else as the replaced file has them, else the default. */
export interface FileIdentity {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  /** Only where they must be set; a user who is not root cannot give files away. */
  readonly setOwner: boolean;
  readonly setGroup: boolean;
  /** Folder that relative paths start from. */
  readonly folder: string;
}

export function fileIdentity(
  wantedMode: unknown,
  known: KnownOwners,
  user: HostUser,
  replaced: PathState | undefined,
  parent: PathState | undefined,
): FileIdentity | { readonly invalidMode: string } {
  const old = replaced?.stat?.kind === "file" ? replaced.stat : undefined;
  const mode = parseMode(wantedMode);
  if (mode?.kind === "invalid") return { invalidMode: mode.details };
  const current = old?.mode ?? 0o666 & ~user.umask;
  const setgid = parent?.target !== undefined && (parent.target.mode & 0o2000) !== 0;
  const inherited = setgid ? parent.target : undefined;
  const uid = known.owner?.id ?? old?.uid ?? user.uid;
  const gid = known.group?.id ?? old?.gid ?? inherited?.gid ?? user.gid;
  return {
    mode: mode === undefined ? current : modeBits(mode, { mode: current, directory: false, umask: user.umask }),
    uid,
    gid,
    owner: known.owner?.name ?? old?.owner ?? user.owner,
    group: known.group?.name ?? old?.group ?? inherited?.group ?? user.group,
    setOwner: known.owner !== undefined || (uid !== user.uid && user.uid === 0),
    folder: user.folder,
    setGroup: known.group !== undefined || (gid !== user.gid && user.uid === 0),
  };
}

export function writtenFile(
  path: string,
  content: FileToWrite["content"],
  identity: FileIdentity,
  validate: unknown,
): FileToWrite {
  return {
    path: path.startsWith("/") ? path : posix.join(identity.folder, path),
    content,
    mode: identity.mode,
    ...(identity.setOwner ? { owner: String(identity.uid) } : {}),
    ...(identity.setGroup ? { group: String(identity.gid) } : {}),
    // The original runs it without a shell: each word stays what it is.
    ...(typeof validate === "string" ? { validate: shellJoin(splitWords(validate)) } : {}),
  };
}

export function identityKeys(identity: FileIdentity, size: number): Record<string, unknown> {
  return {
    uid: identity.uid,
    gid: identity.gid,
    owner: identity.owner,
    group: identity.group,
    mode: modeText(identity.mode),
    state: "file",
    size,
  };
}

/** Shell that keeps a copy of `path`, and its name. */
export function backupOf(path: string, stamp: string): { readonly name: string; readonly script: string } {
  const name = `${path}.${stamp}~`;
  return { name, script: `cp -p ${shellQuote(guarded(path))} ${shellQuote(guarded(name))}\n` };
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash === -1) return ".";
  return slash === 0 ? "/" : path.slice(0, slash);
}
