import { shellQuote } from "#inventory/kernel/shell.ts";
import { chmodOperand, modeText } from "../mode.ts";
import type { OperationContext, OperationPlan } from "../operation.ts";
import { describeOwners, missingOwner, ownershipChange, parseOwners, wantedOwnership } from "../ownership.ts";
import {
  describePath,
  describePaths,
  guarded,
  PATH_FUNCTIONS,
  type PathState,
  parsePathStates,
  pathKeys,
} from "../path-state.ts";
import { commandFailed, failing, nothingToDo, runChange } from "../plan.ts";
import { backupOf, parentOf } from "./destination.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** `remote_src`: the source lies on the host itself. */
export async function planRemoteCopy(args: Arguments, dest: string, context: OperationContext): Promise<OperationPlan> {
  const src = guarded(String(args.src));
  const wanted = wantedOwnership(args);
  const inside = `${dest.replace(/\/+$/, "")}/${src.replace(/\/+$/, "").split("/").at(-1) ?? ""}`;
  const script = [
    PATH_FUNCTIONS,
    'echo "stamp $$.$(date +%Y-%m-%d@%H:%M:%S)"\n',
    `if [ -f ${shellQuote(src)} ]; then echo "md5 $(md5sum <${shellQuote(src)} | cut -c1-32)"; fi\n`,
    describePaths(
      [
        { path: src, label: "src", wants: ["sha1"] },
        { path: dest, label: "dest", wants: ["sha1"] },
        { path: inside, label: "inside", wants: ["sha1"] },
        { path: parentOf(dest.replace(/\/+$/, "")), label: "parent" },
      ],
      { user: true },
    ),
    describeOwners(wanted),
  ].join("");
  const output = (await context.read.run(script)).stdout;
  const { paths, user } = parsePathStates(output);
  const source = paths.get("src");
  if (source?.target === undefined || user === undefined) return failing(`Source ${src} not found`);
  if (source.target.kind === "directory") return planRemoteTree(args, src, dest, paths, context);
  const isFolder = paths.get("dest")?.target?.kind === "directory";
  const makesFolder = dest.endsWith("/") && !isFolder;
  const named = isFolder || makesFolder ? inside : dest;
  const state = isFolder ? paths.get("inside") : makesFolder ? undefined : paths.get("dest");
  const following = args.follow === true && state?.stat?.kind === "link";
  const path = following ? (state.realPath ?? named) : named;
  if (args.force === false && state?.target !== undefined) {
    return nothingToDo({ msg: "file already exists", src, dest: path });
  }
  if (typeof args.checksum === "string" && args.checksum !== "" && args.checksum !== source.sha1) {
    const msg = "Copied file does not match the expected checksum. Transfer failed.";
    return failing(msg, { checksum: source.sha1, expected_checksum: args.checksum });
  }
  if (!isFolder && !makesFolder && paths.get("parent")?.target === undefined) {
    return failing(`Destination directory ${parentOf(path)} does not exist`);
  }
  const mode = args.mode === "preserve" ? modeText(source.target.mode) : wanted.mode;
  const known = parseOwners(output, wanted);
  const missing = missingOwner(path, wanted, known);
  if (missing !== undefined) return failing(missing.failure.msg, { path });
  const differs = state?.sha1 !== source.sha1 || (state?.stat?.kind === "link" && !following);
  // Before the wanted ones are applied, a copy has the user's ownership and the default mode, or the source's mode where
  // it replaces a file: what the original does.
  const replaces = state?.stat !== undefined;
  const bits = replaces ? source.target.mode : 0o666 & ~user.umask;
  const copied = {
    ...source.target,
    mode: bits,
    uid: user.uid,
    gid: user.gid,
    owner: user.owner,
    group: user.group,
    links: 1,
  };
  const current = differs ? copied : ((following ? state?.target : state?.stat) ?? copied);
  const change = ownershipChange(path, current, { ...wanted, mode }, known, user.umask);
  if ("failure" in change) return failing(change.failure.msg, change.failure);
  const md5 = /^md5 (\w+)$/m.exec(output)?.[1] ?? null;
  const stamp = /^stamp (\S+)$/m.exec(output)?.[1] ?? "0";
  const backup = differs && args.backup === true && state?.target !== undefined ? backupOf(path, stamp) : undefined;
  const result = {
    changed: differs || change.differs,
    dest: path,
    src,
    md5sum: md5,
    checksum: source.sha1 ?? null,
    ...(backup === undefined ? {} : { backup_file: backup.name }),
    ...pathKeys(context.checkMode && differs ? state?.stat : change.result),
  };
  if (!result.changed) return { changes: [], result };
  const copy = differs
    ? copyScript(src, path, `chmod ${chmodOperand(bits)} "$new"\n`, change.script, makesFolder)
    : change.script;
  return {
    changes: [runChange(context, `Copy ${src} to ${path}`, (backup?.script ?? "") + copy)],
    result,
    conclude: (outcomes) => {
      const outcome = outcomes.at(-1);
      return outcome === undefined || outcome.status === 0 ? result : commandFailed({ dest: path, src }, outcome);
    },
  };
}

function copyScript(src: string, path: string, mode: string, attributes: string, makesFolder: boolean): string {
  const target = shellQuote(guarded(path));
  const folder = makesFolder ? `mkdir -p ${shellQuote(guarded(parentOf(path)))}\n` : "";
  return [
    `${folder}new=$(mktemp ${shellQuote(guarded(`${parentOf(path)}/.bdap-copy-XXXXXX`))})\n`,
    `trap 'rm -f "$new"' EXIT\n`,
    `cp --preserve=mode,timestamps -L ${shellQuote(src)} "$new"\n${mode}sync "$new"\nmv -fT "$new" ${target}\n`,
    attributes,
  ].join("");
}

async function planRemoteTree(
  args: Arguments,
  src: string,
  dest: string,
  paths: ReadonlyMap<string, PathState>,
  context: OperationContext,
): Promise<OperationPlan> {
  const name = src.split("/").filter(Boolean).at(-1) ?? "";
  const target = src.endsWith("/") ? dest.replace(/\/+$/, "") : `${dest.replace(/\/+$/, "")}/${name}`;
  const follow = args.local_follow === false ? "" : "-L ";
  const from = shellQuote(src);
  const to = shellQuote(guarded(target));
  // Runs for a batch of names; $0 is the destination. Prints or copies what is missing there or differs.
  const each = (action: string) =>
    `for f; do if [ -L "$f" ] && [ ! -f "$f" ]; then continue; fi; if [ -f "$f" ] && ! cmp -s "$f" "$0/$f"; then ${action}; fi; done`;
  const files = `find ${follow}. -type f -exec sh -c ${shellQuote(each('echo "$f" | head -c 1'))} ${to} {} +`;
  const folders = `find ${follow}. -type d -exec sh -c 'for f; do [ -d "$0/$f" ] || echo d; done' ${to} {} +`;
  const read = await context.read.run(`cd ${from} && { ${files}; ${folders}; }`);
  if (read.status !== 0 && read.stdout === "") return failing(read.stderr.trim(), { src, dest });
  const changed = read.stdout !== "";
  const result = { changed, dest, src, md5sum: null, checksum: null, ...pathKeys(paths.get("dest")?.stat) };
  if (!changed) return nothingToDo(result);
  const preserve = `cp --preserve=mode ${args.local_follow === false ? "-P" : "-L"}`;
  const script = [
    `mkdir -p ${to}\ncd ${from}\n`,
    `find ${follow}. -type d -exec sh -c 'for f; do mkdir -p "$0/$f"; done' ${to} {} +\n`,
    `find ${follow}. -type f -exec sh -c ${shellQuote(each(`${preserve} "$f" "$0/$f" || exit 1`))} ${to} {} +\n`,
  ].join("");
  const shown = PATH_FUNCTIONS + describePath(dest, "final");
  return {
    changes: [runChange(context, `Copy ${src} to ${target}`, script + shown)],
    result,
    conclude(outcomes) {
      const outcome = outcomes[0];
      if (outcome === undefined || outcome.status !== 0) return commandFailed({ dest, src }, outcome ?? read);
      return { ...result, ...pathKeys(parsePathStates(outcome.stdout).paths.get("final")?.stat) };
    },
  };
}
