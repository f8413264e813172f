import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import { fileNamePattern } from "../file-name-pattern.ts";
import type { OperationContext } from "../operation.ts";
import type { WantedOwnership } from "../ownership.ts";
import { guarded } from "../path-state.ts";

/** One task. */
export interface Unpacking {
  readonly args: Readonly<Record<string, unknown>>;
  readonly dest: string;
  readonly wanted: WantedOwnership;
  readonly context: OperationContext;
}

/** Names of the original's handlers. */
export type Handler = "TgzArchive" | "TarArchive" | "ZipArchive";

/** What was found in the archive, and in the folder. */
export interface Probe {
  readonly handler: Handler;
  readonly src: string;
  /** Path of tar or unzip. */
  readonly tool: string;
  /** Folder that holds the archive while it is unpacked. */
  readonly folder: string | undefined;
  readonly files: readonly string[];
  /** What `tar --diff` says; what zipinfo says of a zip. */
  readonly report: string;
  readonly status: number;
  readonly uid: number;
}

/** Options of tar for one action on the archive, as the original gives them. `-f` and the archive come behind. */
export function tarWords(unpacking: Unpacking, handler: Handler, action: "--list" | "--diff" | "--extract"): string[] {
  const { args, dest, wanted } = unpacking;
  const words = [action, "-C", dest, ...(handler === "TgzArchive" ? ["-z"] : [])];
  const extra = args.extra_opts as string[];
  if (extra.length > 0) words.push("--show-transformed-names", ...extra);
  if (action !== "--list") {
    if (wanted.owner !== undefined) words.push(`--owner=${wanted.owner}`);
    if (wanted.group !== undefined) words.push(`--group=${wanted.group}`);
    if (args.keep_newer === true) words.push("--keep-newer-files");
  }
  words.push(...excluded(unpacking).map((name) => `--exclude=${name}`));
  return words;
}

export function excluded({ args }: Unpacking): string[] {
  return (args.exclude as string[]).map((name) => name.replace(/\/+$/, ""));
}

/**
 * Shell that puts the archive (standard input, unless it lies on the host at `remote`) where tar and unzip can read it, and
 * prints what is in it and how that compares with the folder.
 */
export function probeScript(unpacking: Unpacking, remote: string | undefined, removes: boolean): string {
  const { args, dest } = unpacking;
  const include = shellJoin(args.include as string[]);
  const branch = (handler: Handler) => {
    const list = shellJoin(tarWords(unpacking, handler, "--list"));
    const diff = shellJoin(tarWords(unpacking, handler, "--diff"));
    return [
      `echo "handler ${handler}"\ncd ${shellQuote(dest)}\n`,
      `"$tar" ${list} -f "$src" ${include} >"$d/list" 2>"$d/words"; listed=$?\n`,
      `echo "listed $listed $(base64 -w0 <"$d/list")"; echo "complaints $(base64 -w0 <"$d/words")"\n`,
      `if [ $listed = 0 ]; then "$tar" ${diff} -f "$src" ${include} >"$d/report" 2>"$d/words"; echo "status $?"; fi\n`,
      `echo "report $(cat "$d/report" "$d/words" | base64 -w0)"\n`,
    ].join("");
  };
  const zipNames = shellJoin([...((args.exclude as string[]).length > 0 ? ["-x", ...(args.exclude as string[])] : [])]);
  return [
    'LC_ALL=C; export LC_ALL; umask 077\nd=$(mktemp -d "${TMPDIR:-/tmp}/bdap-unpack-XXXXXXXX") || exit 70\n',
    "trap 'rm -rf \"$d\"' EXIT\n",
    remote === undefined
      ? 'src=$d/source; cat >"$src"\n'
      : `src=${shellQuote(guarded(remote))}; case $src in /*) ;; *) src=$PWD/$src ;; esac\n`,
    'if [ ! -e "$src" ]; then echo "problem missing"; exit 0; fi\nif [ ! -r "$src" ]; then echo "problem closed"; exit 0; fi\n',
    'if [ ! -s "$src" ]; then echo "problem empty"; exit 0; fi\n',
    'echo "src $(printf %s "$src" | base64 -w0)"; echo "uid $(id -u)"; : >"$d/report"; : >"$d/words"\n',
    "magic=$(od -An -tx1 -N6 \"$src\" | tr -d ' \\n')\n",
    "case $magic in 504b*)\n",
    "if ! command -v unzip >/dev/null || ! command -v zipinfo >/dev/null; then echo 'problem unzip'; exit 0; fi\n",
    'echo "handler ZipArchive"; echo "tool $(command -v unzip)"\n',
    'unzip -Z1 "$src" >"$d/list" 2>"$d/words"; echo "listed $? $(base64 -w0 <"$d/list")"; echo "complaints $(base64 -w0 <"$d/words")"\n',
    `zipinfo -T -s "$src" ${zipNames} ${include} >"$d/report" 2>/dev/null; echo "status $?"; echo "report $(base64 -w0 <"$d/report")" ;;\n`,
    "*)\ntar=$(command -v gtar || command -v tar) || { echo 'problem tar'; exit 0; }\necho \"tool $tar\"\n",
    // Other compressions than gzip are found out by tar itself.
    `case $magic in\n1f8b*)\n${branch("TgzArchive")};;\n*)\n${branch("TarArchive")};;\nesac ;;\nesac\n`,
    removes ? "" : 'trap - EXIT\necho "folder $d"\n',
  ].join("");
}

/** What {@link probeScript} printed, or why there is nothing to unpack. */
export function readProbe(
  output: string,
  complaints: string,
  unpacking: Unpacking,
): Probe | { readonly problem: string; readonly folder?: string } {
  const lines = new Map(
    output.split("\n").map((line): [string, string] => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const source = String(unpacking.args.src);
  const problem = lines.get("problem");
  const decoded = (text: string | undefined) => Buffer.from(text ?? "", "base64").toString("utf8");
  if (problem !== undefined) return { problem: PROBLEMS[problem]?.(source) ?? problem };
  const handler = lines.get("handler") as Handler | undefined;
  if (handler === undefined) return { problem: complaints.trim() || `Source '${source}' not readable` };
  const folder = lines.get("folder");
  const [listed = "1", names] = (lines.get("listed") ?? "").split(" ");
  const files = archiveNames(decoded(names), handler, unpacking);
  const tool = lines.get("tool") ?? "";
  if (listed !== "0" || files.length === 0) {
    const why =
      listed === "0"
        ? `Command "${tool}" found no files in archive. Empty archive files are not supported.`
        : `Command "${tool}" could not handle archive: Unable to list files in the archive: ${decoded(lines.get("complaints"))}`;
    const words = `Failed to find handler for "${source}". Make sure the required command to extract the file is installed.\n${why}`;
    return { problem: words, ...(folder === undefined ? {} : { folder }) };
  }
  return {
    handler,
    src: decoded(lines.get("src")),
    tool,
    folder,
    files,
    report: decoded(lines.get("report")),
    status: Number(lines.get("status") ?? 1),
    uid: Number(lines.get("uid") ?? 0),
  };
}

const PROBLEMS: Readonly<Record<string, (source: string) => string>> = {
  missing: (source) => `Source '${source}' does not exist`,
  closed: (source) => `Source '${source}' not readable`,
  empty: (source) => `Invalid archive '${source}', the file is 0 bytes`,
  unzip: (source) =>
    `Failed to find handler for "${source}". Make sure the required command to extract the file is installed.\nUnable to find required 'unzip' or 'zipinfo' binary in the path.`,
  tar: (source) =>
    `Failed to find handler for "${source}". Make sure the required command to extract the file is installed.\nUnable to find required 'gtar' or 'tar' binary in the path`,
};

function archiveNames(text: string, handler: Handler, unpacking: Unpacking): string[] {
  const names = text.split("\n").filter((name) => name !== "");
  const patterns = (list: unknown) => (list as string[]).map(fileNamePattern);
  if (handler !== "ZipArchive") {
    const outside = excluded(unpacking).map(fileNamePattern);
    const inside = names.map((name) => unescaped(name).replace(/^\//, ""));
    return inside.filter((name) => !outside.some((pattern) => pattern.test(name)));
  }
  const included = patterns(unpacking.args.include);
  if (included.length > 0) return names.filter((name) => included.some((pattern) => pattern.test(name)));
  const outside = patterns(unpacking.args.exclude);
  return names.filter((name) => !outside.some((pattern) => pattern.test(name)));
}

/** A name as tar lists it, bytes beyond ASCII as `\303\251`, as it is. */
function unescaped(name: string): string {
  if (!name.includes("\\")) return name;
  const bytes = name.replace(/\\(?:([0-7]{3})|([\s\S]))/g, (whole, octal?: string, letter?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return { n: "\n", t: "\t", r: "\r", "\\": "\\" }[letter ?? ""] ?? whole;
  });
  return Buffer.from(bytes, "latin1").toString("utf8");
}
