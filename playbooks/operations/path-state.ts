import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeText } from "./mode.ts";

export type PathKind = "file" | "directory" | "link" | "character" | "block" | "fifo" | "socket";

/** What stat(2) says of one path. Times in seconds since 1970 with their fraction. */
export interface PathStat {
  readonly kind: PathKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Names; the number as text when the host knows no name for it. */
  readonly owner: string;
  readonly group: string;
  readonly links: number;
  readonly size: number;
  readonly blocks: number;
  readonly blockSize: number;
  readonly inode: number;
  readonly device: number;
  readonly deviceType: number;
  readonly accessed: number;
  readonly modified: number;
  readonly changed: number;
  readonly born: number | undefined;
  /** SELinux context, where the host has SELinux. */
  readonly context: string | undefined;
}

/** One path as it lies on the host; all undefined when there is nothing. */
export interface PathState {
  /** The path itself, links not followed. */
  readonly stat: PathStat | undefined;
  /** What a link's text is, and the path where following links ends (whether or not something is there). */
  readonly linkText: string | undefined;
  readonly realPath: string | undefined;
  /** What the path leads to with links followed; undefined for a link to nothing. */
  readonly target: PathStat | undefined;
  /** SHA-1 of the regular file the path leads to; only where asked for. */
  readonly sha1: string | undefined;
  /** Content of the regular file the path leads to; only where asked for. */
  readonly content: Buffer | undefined;
}

/** Who makes changes on the host, and with which umask. */
export interface HostUser {
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  readonly umask: number;
  /** Folder that relative paths start from. */
  readonly folder: string;
}

/**
 * Shell functions for {@link describePaths}: `stat_paths PATH…` prints a line of numbers for each, in one process where it
 * can; `path_more PATH LABEL WANTS` the rest of what is asked. Needs coreutils only. File names never reach the output but as
 * base64.
 */
export const PATH_FUNCTIONS = `
stat_fields='stat %f %u %g %h %s %b %o %i %d %t:%T %.9X %.9Y %.9Z %W %U %G'
if [ -e /sys/fs/selinux/enforce ]; then stat_fields="$stat_fields %C"; fi
stat_paths() {
  if LC_ALL=C stat -c "$stat_fields" -- "$@"; then return; fi
  echo again
  for at; do LC_ALL=C stat -c "$stat_fields" -- "$at" || echo absent; done
}
path_more() {
  echo "path $2"
  if [ -L "$1" ]; then
    echo "link $(readlink -- "$1" | base64 -w0)"
    echo "real $(readlink -f -- "$1" | base64 -w0)"
    if [ -e "$1" ]; then echo target; LC_ALL=C stat -L -c "$stat_fields" -- "$1"; fi
  fi
  if [ -f "$1" ]; then
    case " $3 " in *' sha1 '*) sum=$(sha1sum <"$1" 2>/dev/null); echo "sha1 \${sum%% *}" ;; esac
    case " $3 " in *' content '*) if [ -r "$1" ]; then echo "content $(base64 -w0 <"$1")"; fi ;; esac
  fi
}
`;

/** A path to look at. */
export interface PathQuestion {
  readonly path: string;
  /** A word that no other path of the script has. */
  readonly label: string;
  readonly wants?: readonly ("sha1" | "content")[];
}

/**
 * Shell that prints the states of paths, and with `user` who makes changes on the host. Follows {@link PATH_FUNCTIONS}; uses
 * the script's positional parameters. Costs one process for all that is asked of stat(1), for processes are what a host's
 * answer takes its time for: the user is whom the directory of the process in proc(5) belongs to.
 */
export function describePaths(questions: readonly PathQuestion[], options: { readonly user?: true } = {}): string {
  const asked = questions.map(({ path, label, wants = [] }) => ({
    path: shellQuote(guarded(path)),
    label: shellQuote(label),
    wants: shellQuote(wants.join(" ")),
  }));
  return [
    "set --\n",
    ...(options.user === true ? [`set -- /proc/self/; echo 'here user'; echo "umask $PWD"; umask\n`] : []),
    ...asked.map(
      ({ path, label }) => `if [ -L ${path} ] || [ -e ${path} ]; then set -- "$@" ${path}; echo here ${label}; fi\n`,
    ),
    `[ $# = 0 ] || stat_paths "$@"\n`,
    ...asked.map(({ path, label, wants }) => `path_more ${path} ${label} ${wants}\n`),
  ].join("");
}

/** {@link describePaths} of one path. */
export function describePath(path: string, label: string, wants: readonly ("sha1" | "content")[] = []): string {
  return describePaths([{ path, label, wants }]);
}

/** What {@link describePaths} printed, by label. Lines of other kinds are left alone. */
export function parsePathStates(output: string): { paths: Map<string, PathState>; user: HostUser | undefined } {
  const paths = new Map<string, PathState>();
  const add = (label: string, more: Partial<PathState>) =>
    paths.set(label, { ...(paths.get(label) ?? NOTHING), ...more });
  /** Labels of the paths that one stat(1) was given, and how many of them it has told of. */
  let batch: string[] = [];
  let told = 0;
  let label = "";
  let following = false;
  let folder = "/";
  let umask = "";
  let own: PathStat | undefined;
  const lines = output.split("\n");
  for (const [index, line] of lines.entries()) {
    const [word = "", value = ""] = splitOnce(line);
    if (word === "here") {
      if (told > 0) [batch, told] = [[], 0];
      batch.push(value);
    } else if (word === "again") told = 0;
    else if (word === "absent") told += 1;
    else if (word === "umask") [folder, umask] = [value, lines[index + 1] ?? ""];
    else if (word === "path") {
      label = value;
      following = false;
      add(label, {});
    } else if (word === "target") following = true;
    else if (word === "stat" && following) add(label, { target: parseStat(value) });
    else if (word === "stat") {
      const of = batch[told++];
      const stat = parseStat(value);
      if (of === "user") own = stat;
      else if (of !== undefined) add(of, stat.kind === "link" ? { stat } : { stat, target: stat });
    } else if (paths.has(label)) add(label, parseLine(word, value));
  }
  return { paths, user: own === undefined || umask === "" ? undefined : userOf(own, umask, folder) };
}

/** A path made safe as an operand of any command: never taken for an option. Paths with a NUL cannot exist. */
export function guarded(path: string): string {
  const clean = path.replaceAll("\0", "");
  return clean.startsWith("-") ? `./${clean}` : clean;
}

/** The state of a path in the words of the `file` module. */
export function stateWord(stat: PathStat | undefined): "absent" | "directory" | "file" | "hard" | "link" {
  if (stat === undefined) return "absent";
  if (stat.kind === "link") return "link";
  if (stat.kind === "directory") return "directory";
  return stat.links > 1 ? "hard" : "file";
}

/** The keys Ansible adds to every result that names a path, except for a link to nothing. */
export function pathInfo(state: PathState | undefined): Record<string, unknown> {
  if (state?.stat === undefined) return {};
  return state.target === undefined ? {} : pathKeys(state.stat);
}

/** {@link pathInfo} of what is known to be there, or not. */
export function pathKeys(stat: PathStat | undefined): Record<string, unknown> {
  if (stat === undefined) return {};
  return {
    uid: stat.uid,
    gid: stat.gid,
    owner: stat.owner,
    group: stat.group,
    mode: modeText(stat.mode),
    state: stateWord(stat),
    ...(stat.context === undefined ? {} : { secontext: stat.context }),
    size: stat.size,
  };
}

const NOTHING: PathState = {
  stat: undefined,
  linkText: undefined,
  realPath: undefined,
  target: undefined,
  sha1: undefined,
  content: undefined,
};

/** File types of `st_mode` (inode(7)). A list of pairs, because the formatter mangles octal keys of objects. */
const KINDS: ReadonlyMap<number, PathKind> = new Map([
  [0o010000, "fifo"],
  [0o020000, "character"],
  [0o040000, "directory"],
  [0o060000, "block"],
  [0o100000, "file"],
  [0o120000, "link"],
  [0o140000, "socket"],
]);

function parseLine(word: string, value: string): Partial<PathState> {
  switch (word) {
    case "link":
      return { linkText: decodeText(value) };
    case "real":
      return { realPath: decodeText(value) };
    case "sha1":
      return { sha1: value };
    case "content":
      return { content: Buffer.from(value, "base64") };
    default:
      return {};
  }
}

/** Fields of `stat -c 'stat …'` in {@link PATH_FUNCTIONS}. */
function parseStat(fields: string): PathStat {
  const [raw = "0", ...rest] = fields.split(" ");
  const bits = Number.parseInt(raw, 16);
  const number = (index: number): number => Number(rest[index] ?? 0);
  const born = number(12);
  const context = rest[15];
  return {
    kind: KINDS.get(bits & 0o170000) ?? "file",
    mode: bits & 0o7777,
    uid: number(0),
    gid: number(1),
    links: number(2),
    size: number(3),
    blocks: number(4),
    blockSize: number(5),
    inode: number(6),
    device: number(7),
    deviceType: deviceNumber(rest[8] ?? "0:0"),
    accessed: number(9),
    modified: number(10),
    changed: number(11),
    born: born > 0 ? born : undefined,
    owner: nameOr(rest[13], rest[0]),
    group: nameOr(rest[14], rest[1]),
    context: context === undefined || context === "?" ? undefined : context,
  };
}

/** `major:minor` in hexadecimal as glibc's makedev(3) packs them. */
function deviceNumber(text: string): number {
  const [major = 0, minor = 0] = text.split(":").map((part) => Number.parseInt(part, 16) || 0);
  return major * 256 + (minor & 0xff) + (minor - (minor & 0xff)) * 4096;
}

function userOf(own: PathStat, umask: string, folder: string): HostUser {
  const { uid, gid, owner, group } = own;
  return { uid, gid, owner, group, umask: Number.parseInt(umask, 8), folder };
}

function nameOr(name: string | undefined, id: string | undefined): string {
  return name === undefined || name === "" || name === "UNKNOWN" ? (id ?? "0") : name;
}

function decodeText(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8").replace(/\n$/, "");
}

function splitOnce(line: string): [string, string] {
  const space = line.indexOf(" ");
  return space === -1 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
}
