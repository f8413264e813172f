import { posix } from "node:path";
import { shellQuote } from "#inventory/kernel/shell.ts";
import type { Reader } from "../operation.ts";
import { guarded } from "../path-state.ts";
import type { FindCriteria } from "./criteria.ts";

/** One path below a searched folder. */
export interface FoundPath {
  readonly path: string;
  readonly name: string;
  /** 1 for what lies directly in the folder. */
  readonly depth: number;
  /** Letter of find's `%y`, links not followed. */
  readonly kind: string;
  readonly mode: number;
  /** As the result shows it. */
  readonly stat: Record<string, unknown>;
}

/** A searched folder: what lies in each folder of it, in the order of a walk from the top, files before folders. */
export interface Walked {
  readonly folders: readonly { readonly entries: readonly FoundPath[] }[];
  /** Folders that could not be read, and why. */
  readonly denied: Readonly<Record<string, string>>;
  readonly problem?: string;
}

const SEPARATOR = "\0";
const FIELDS = ["%y", "%m", "%U", "%G", "%s", "%i", "%D", "%n", "%A@", "%T@", "%C@", "%u", "%g"];
/** The same of stat(1), whose `%f` holds kind and mode. */
const STAT_FIELDS = ["%f", "%f", "%u", "%g", "%s", "%i", "%d", "%h", "%.9X", "%.9Y", "%.9Z", "%U", "%G"];

/** Reads everything below `path` that a search could have to look at. */
export async function walk(path: string, criteria: FindCriteria, read: Reader): Promise<Walked> {
  const folder = shellQuote(guarded(path.endsWith("/") ? path : `${path}/`));
  const levels = criteria.recurse ? (criteria.depth === undefined ? undefined : criteria.depth + 1) : 1;
  const reach = `-mindepth 1${levels === undefined ? "" : ` -maxdepth ${levels}`}`;
  // Through links, only stat says what the link itself is like.
  const listing = criteria.follow
    ? `find -L ${folder} ${reach} -printf '%P\\0%y\\0' -exec stat --printf ${shellQuote(`${STAT_FIELDS.join(" ")}\\0`)} -- {} \\;`
    : `find ${folder} ${reach} -printf ${shellQuote(`%P\\0%Y\\0${FIELDS.join(" ")}\\0`)}`;
  const script = `if [ ! -d ${folder} ]; then exit 20; fi\n{ LC_ALL=C ${listing}; } | base64 -w0\n`;
  const outcome = await read.run(script, { mayBeCut: true });
  if (outcome.status === 20) return { folders: [], denied: {}, problem: `'${path}' is not a directory` };
  if (outcome.truncated) return { folders: [], denied: {}, problem: "there are too many paths for one answer" };
  const parts = Buffer.from(outcome.stdout, "base64").toString("utf8").split(SEPARATOR);
  const byFolder = new Map<string, { entry: FoundPath; isFolder: boolean }[]>();
  for (let index = 0; index + 2 < parts.length; index += 3) {
    const [relative = "", followed = "", fields = ""] = parts.slice(index, index + 3);
    const slash = relative.lastIndexOf("/");
    const parent = slash === -1 ? "" : relative.slice(0, slash);
    const entry = foundPath(posix.normalize(posix.join(path, relative)), relative, fields.split(" "), criteria.follow);
    const list = byFolder.get(parent) ?? [];
    byFolder.set(parent, list);
    list.push({ entry, isFolder: followed === "d" });
  }
  const folders: { entries: FoundPath[] }[] = [];
  const visit = (parent: string) => {
    const list = byFolder.get(parent) ?? [];
    const within = list.filter((item) => item.isFolder);
    folders.push({ entries: [...list.filter((item) => !item.isFolder), ...within].map((item) => item.entry) });
    // Where one entry is already too deep, the original goes no further down.
    const tooDeep = criteria.depth !== undefined && list.some((item) => item.entry.depth > (criteria.depth ?? 0));
    if (!criteria.recurse || tooDeep) return;
    for (const { entry } of within) {
      if (entry.kind === "d" || criteria.follow) visit(parent === "" ? entry.name : `${parent}/${entry.name}`);
    }
  };
  visit("");
  return { folders, denied: deniedFolders(outcome.stderr) };
}

function deniedFolders(complaints: string): Record<string, string> {
  const denied: Record<string, string> = {};
  for (const [, name = "", reason] of complaints.matchAll(/^find: [‘'](.*)[’']: (Permission denied)$/gm)) {
    const path = posix.normalize(name);
    denied[path] = `[Errno 13] ${reason}: '${path}'`;
  }
  return denied;
}

const KIND_LETTERS: ReadonlyMap<number, string> = new Map([
  [0o010000, "p"],
  [0o020000, "c"],
  [0o040000, "d"],
  [0o060000, "b"],
  [0o100000, "f"],
  [0o120000, "l"],
  [0o140000, "s"],
]);

function foundPath(path: string, relative: string, fields: readonly string[], fromStat: boolean): FoundPath {
  const raw = Number.parseInt(fields[0] ?? "0", 16);
  const kind = fromStat ? (KIND_LETTERS.get(raw & 0o170000) ?? "?") : (fields[0] ?? "?");
  const mode = fromStat ? raw & 0o7777 : Number.parseInt(fields[1] ?? "0", 8);
  const [uid = 0, gid = 0, size = 0, inode = 0, dev = 0, nlink = 0, atime = 0, mtime = 0, ctime = 0] = fields
    .slice(2, 11)
    .map(Number);
  const name = (index: number, id: number) => {
    const text = fields[index] ?? "";
    return text === String(id) || text === "UNKNOWN" ? "" : text;
  };
  const bit = (mask: number) => (mode & mask) !== 0;
  return {
    path,
    name: relative.slice(relative.lastIndexOf("/") + 1),
    depth: relative.split("/").length,
    kind,
    mode,
    stat: {
      path,
      mode: mode.toString(8).padStart(4, "0"),
      isdir: kind === "d",
      ischr: kind === "c",
      isblk: kind === "b",
      isreg: kind === "f",
      isfifo: kind === "p",
      islnk: kind === "l",
      issock: kind === "s",
      uid,
      gid,
      size,
      inode,
      dev,
      nlink,
      atime,
      mtime,
      ctime,
      gr_name: name(12, gid),
      pw_name: name(11, uid),
      wusr: bit(0o200),
      rusr: bit(0o400),
      xusr: bit(0o100),
      wgrp: bit(0o020),
      rgrp: bit(0o040),
      xgrp: bit(0o010),
      woth: bit(0o002),
      roth: bit(0o004),
      xoth: bit(0o001),
      isuid: bit(0o4000),
      isgid: bit(0o2000),
    },
  };
}
