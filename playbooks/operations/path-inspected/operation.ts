import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeText } from "../mode.ts";
import type { Operation } from "../operation.ts";
import { expandPaths } from "../path-expansion.ts";
import {
  describePath,
  guarded,
  PATH_FUNCTIONS,
  type PathStat,
  type PathState,
  parsePathStates,
} from "../path-state.ts";
import { failing, nothingToDo } from "../plan.ts";
import { attributeNames } from "./attribute-names.ts";

/** Says everything about a path; changes nothing. */
export const pathInspected: Operation = {
  name: "path-inspected",
  title: "Read the state of a path",
  modules: ["ansible.builtin.stat"],
  arguments: {
    path: { type: "path", required: true, aliases: ["dest", "name"], description: "The path to look at." },
    follow: { type: "bool", default: false, description: "Look at what a link points to." },
    get_checksum: { type: "bool", default: true, description: "Include a checksum of the content." },
    checksum_algorithm: {
      type: "str",
      default: "sha1",
      choices: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
      aliases: ["checksum", "checksum_algo"],
      description: "Which checksum.",
    },
    get_mime: {
      type: "bool",
      default: true,
      aliases: ["mime", "mime_type", "mime-type"],
      description: "Include what file(1) says of the content, where it is installed.",
    },
    get_attributes: {
      type: "bool",
      default: true,
      aliases: ["attr", "attributes"],
      description: "Include what lsattr(1) says, where it is installed.",
    },
  },
  checkMode: "full",
  async plan(raw, context) {
    const args = await expandPaths(raw, pathInspected.arguments, context.read);
    const path = String(args.path);
    const outcome = await context.read.run(inspection(path, args));
    const state = parsePathStates(outcome.stdout).paths.get("at");
    if (state === undefined) return failing(outcome.stderr.trim() || `cannot look at ${path}`);
    const stat = args.follow === true ? state.target : state.stat;
    if (stat === undefined) return nothingToDo({ stat: { exists: false } });
    return nothingToDo({ stat: describe(path, stat, state, outcome.stdout, args) });
  },
};

function inspection(path: string, args: Readonly<Record<string, unknown>>): string {
  const word = shellQuote(guarded(path));
  const algorithm = String(args.checksum_algorithm);
  const regular = args.follow === true ? `[ -f ${word} ]` : `[ -f ${word} ] && [ ! -L ${word} ]`;
  return [
    PATH_FUNCTIONS,
    describePath(path, "at"),
    `for right in r w x; do if [ -$right ${word} ]; then echo "may $right"; fi; done\n`,
    args.get_checksum === true
      ? `if ${regular} && [ -r ${word} ]; then echo "checksum $(${algorithm}sum <${word})"; fi\n`
      : "",
    args.get_mime === true
      ? `if command -v file >/dev/null; then echo "mime $(file -b --mime-type --mime-encoding ${word} 2>/dev/null)"; fi\n`
      : "",
    args.get_attributes === true
      ? `if command -v lsattr >/dev/null; then all=$(lsattr -vd ${word} 2>/dev/null); echo "attributes \${all%%\n*}"; fi\n`
      : "",
  ].join("");
}

function describe(
  path: string,
  stat: PathStat,
  state: PathState,
  output: string,
  args: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const bit = (mask: number) => (stat.mode & mask) !== 0;
  const line = (label: string) => new RegExp(`^${label} (.*)$`, "m").exec(output)?.[1];
  const may = (right: string) => output.split("\n").includes(`may ${right}`);
  const checksum = line("checksum")?.split(" ")[0];
  const mime = /^(\S+); charset=(\S+)/.exec(line("mime") ?? "");
  const [version, flags = ""] = (line("attributes")?.split("/")[0] ?? "").trim().split(/\s+/);
  const letters = flags.replaceAll("-", "");
  return {
    exists: true,
    path,
    mode: modeText(stat.mode).padStart(4, "0"),
    isdir: stat.kind === "directory",
    ischr: stat.kind === "character",
    isblk: stat.kind === "block",
    isreg: stat.kind === "file",
    isfifo: stat.kind === "fifo",
    islnk: stat.kind === "link",
    issock: stat.kind === "socket",
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    inode: stat.inode,
    dev: stat.device,
    nlink: stat.links,
    atime: stat.accessed,
    mtime: stat.modified,
    ctime: stat.changed,
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
    blocks: stat.blocks,
    block_size: stat.blockSize,
    device_type: stat.deviceType,
    readable: may("r"),
    writeable: may("w"),
    executable: may("x"),
    ...(stat.kind === "link" ? { lnk_source: state.realPath, lnk_target: state.linkText } : {}),
    ...(stat.owner === String(stat.uid) ? {} : { pw_name: stat.owner }),
    ...(stat.group === String(stat.gid) ? {} : { gr_name: stat.group }),
    ...(checksum === undefined ? {} : { checksum }),
    ...(args.get_mime === true ? { mimetype: mime?.[1] ?? "unknown", charset: mime?.[2] ?? "unknown" } : {}),
    ...(args.get_attributes === true
      ? { version: version === "" ? null : (version ?? null), attributes: attributeNames(letters), attr_flags: letters }
      : {}),
  };
}
