import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import { chmodOperand, parseMode } from "../mode.ts";
import type { OperationPlan } from "../operation.ts";
import { describeOwners, missingOwner, parseOwners } from "../ownership.ts";
import { describePath, PATH_FUNCTIONS, parsePathStates, pathInfo } from "../path-state.ts";
import { failing, runChange } from "../plan.ts";
import { type Probe, tarWords, type Unpacking } from "./probe.ts";
import { compareZip } from "./zip.ts";

/** Decides from the probe whether to unpack, and sets the wanted owner, group and mode on what the archive names. */
export async function planUnpacking(
  unpacking: Unpacking,
  probe: Probe | { readonly problem: string; readonly folder?: string },
  folders: readonly string[],
): Promise<OperationPlan> {
  const { args, dest, context, wanted } = unpacking;
  const left = [...folders, ...(probe.folder === undefined ? [] : [probe.folder])];
  const cleanUp = left.length === 0 ? "" : `rm -rf ${shellJoin(left)}\n`;
  const owners = await context.read.run(`${PATH_FUNCTIONS}${describePath(dest, "dest")}${describeOwners(wanted)}`);
  const known = parseOwners(owners.stdout, wanted);
  const here = pathInfo(parsePathStates(owners.stdout).paths.get("dest"));
  const refuse = (msg: string, extra: Readonly<Record<string, unknown>> = {}): OperationPlan => ({
    ...failing(msg, extra),
    changes: cleanUp === "" || context.checkMode ? [] : [runChange(context, "Remove the archive", cleanUp)],
  });
  if ("problem" in probe) return refuse(probe.problem);
  const isZip = probe.handler === "ZipArchive";
  if (context.checkMode && !isZip) {
    const msg = "remote module (ansible.legacy.unarchive) does not support check mode when using gtar";
    return { changes: [], result: { skipped: true, msg } };
  }
  const base = { handler: probe.handler, dest, src: probe.src };
  const compared = isZip ? await compareZip(unpacking, probe, known) : compareTar(unpacking, probe);
  if ("problem" in compared) return refuse(compared.problem, { ...base, ...here });
  const diff = compared.diff === "" ? {} : { diff: { prepared: compared.diff } };
  const files = args.list_files === true ? { files: probe.files } : {};
  const whole = { ...base, changed: compared.differs, ...diff, ...files, ...here };
  if (context.checkMode) return { changes: [], result: whole };
  const missing = missingOwner(dest, wanted, known);
  if (missing !== undefined && !compared.differs) return refuse(missing.failure.msg, { ...base, path: dest });
  const mode = parseMode(wanted.mode);
  if (mode?.kind === "invalid") return refuse("mode must be in octal or symbolic form", { details: mode.details });
  const words = compared.differs ? extraction(unpacking, probe, compared.excluded) : undefined;
  const script = [
    `trap ${shellQuote(cleanUp.trim() || ":")} EXIT\ncd ${shellQuote(dest)}\n`,
    words === undefined
      ? ""
      : `set +e; out=$(mktemp); ${shellJoin(words)} >"$out" 2>"$out.words"; status=$?; echo "status $status"
echo "out $(base64 -w0 <"$out")"; echo "words $(base64 -w0 <"$out.words")"; rm -f "$out" "$out.words"; set -e
if [ $status != 0 ]; then exit 0; fi\n`,
    attributesScript(unpacking, probe, known),
    `${PATH_FUNCTIONS}${describePath(dest, "dest")}`,
  ].join("");
  return {
    changes: [runChange(context, `Unpack in ${dest}`, script, nameList(probe.files))],
    result: whole,
    conclude(outcomes) {
      const { stdout = "", stderr = "", status = 1 } = outcomes[0] ?? {};
      const text = (label: string) =>
        Buffer.from(new RegExp(`^${label} (.*)$`, "m").exec(stdout)?.[1] ?? "", "base64").toString("utf8");
      const after = pathInfo(parsePathStates(stdout).paths.get("dest"));
      const rc = Number(/^status (\d+)$/m.exec(stdout)?.[1] ?? 0);
      const results =
        words === undefined ? {} : { extract_results: { cmd: words, rc, out: text("out"), err: text("words") } };
      const result = { ...whole, ...results, ...after };
      if (rc !== 0) return { ...result, changed: false, failed: true, msg: `failed to unpack ${probe.src} to ${dest}` };
      if (status !== 0) return { ...result, changed: false, failed: true, msg: stderr.trim() };
      return { ...result, changed: compared.differs || /^attributes changed$/m.test(stdout) };
    },
  };
}

/** What of tar's report counts, by the rules of the original: what is going to be set anyway does not. */
function compareTar({ wanted }: Unpacking, probe: Probe): Comparison {
  const isRoot = probe.uid === 0;
  const counts = (line: string): boolean => {
    if (/: : Warning: Cannot stat: No such file or directory$/.test(line)) return false;
    if (isRoot && wanted.owner === undefined && /: Uid differs$/.test(line)) return true;
    if (isRoot && wanted.group === undefined && /: Gid differs$/.test(line)) return true;
    if ((wanted.mode === undefined || wanted.mode === "") && /: Mode differs$/.test(line)) return true;
    return /: (?:Mod time differs|Warning: Cannot stat: No such file or directory|Symlink differs|Contents differ|Size differs)$|: Invalid (?:owner|group)/.test(
      line,
    );
  };
  return { differs: probe.report.split("\n").some(counts), diff: "", excluded: [] };
}

export interface Comparison {
  readonly differs: boolean;
  /** Lines of changes, for `--diff`. */
  readonly diff: string;
  /** More names not to unpack. */
  readonly excluded: readonly string[];
}

function extraction(unpacking: Unpacking, probe: Probe, more: readonly string[]): string[] {
  const { args, dest } = unpacking;
  const include = args.include as string[];
  if (probe.handler !== "ZipArchive") {
    return [probe.tool, ...tarWords(unpacking, probe.handler, "--extract"), "-f", probe.src, ...include];
  }
  const excludes = [...(args.exclude as string[]), ...more];
  const left = excludes.length === 0 ? [] : ["-x", ...excludes];
  return [probe.tool, "-o", ...(args.extra_opts as string[]), probe.src, ...left, ...include, "-d", dest];
}

/** Everything whose attributes are set: what the archive names, and the folders at its top. NUL ends each. */
function nameList(files: readonly string[]): Buffer {
  const tops = files.filter((name) => name.includes("/")).map((name) => name.slice(0, name.indexOf("/")));
  const names = [...new Set([...files, ...tops])].filter((name) => name !== "");
  return Buffer.from(names.map((name) => `./${name}\0`).join(""));
}

function attributesScript({ wanted }: Unpacking, probe: Probe, known: ReturnType<typeof parseOwners>): string {
  const commands: string[] = [];
  const owner = wanted.owner === undefined ? "" : String(known.owner?.id ?? wanted.owner);
  const group = wanted.group === undefined ? "" : String(known.group?.id ?? wanted.group);
  if (owner !== "" || group !== "") commands.push(`chown -h ${shellQuote(`${owner}:${group}`)} "$@"`);
  const mode = parseMode(wanted.mode);
  if (mode !== undefined && mode.kind !== "invalid") {
    const operand = mode.kind === "bits" ? chmodOperand(mode.bits) : mode.text;
    // chmod would follow a link.
    commands.push(`for f; do if [ ! -L "$f" ]; then chmod ${shellQuote(operand)} "$f" || exit 1; fi; done`);
  }
  if (commands.length === 0 || probe.files.length === 0) return "";
  const each = shellQuote(commands.map((command) => `${command} || exit 1`).join("\n"));
  const state = "xargs -0 stat -c '%u %g %a' -- <\"$names\" | sha1sum";
  return [
    'names=$(mktemp); cat >"$names"\n',
    `before=$(${state})\nxargs -0 sh -c ${each} sh <"$names" || { rm -f "$names"; exit 1; }\nafter=$(${state})\nrm -f "$names"\n`,
    'if [ "$before" != "$after" ]; then echo "attributes changed"; fi\n',
  ].join("");
}
