import { shellQuote } from "#inventory/kernel/shell.ts";
import { modeBits, parseMode } from "../mode.ts";
import type { Change, Operation, OperationContext, OperationPlan } from "../operation.ts";
import { APT_ENVIRONMENT, aptFailure, updateLists } from "../packages-installed/apt-get.ts";
import { differencesOf, failing, runChange } from "../plan.ts";
import { parseSource, SourceLists, suggestedFile } from "./source-lists.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** A package source in one-line style is among apt's sources, or is not. */
export const archiveSourcePresent: Operation = {
  name: "archive-source-present",
  title: "Make a package source be used by apt, or not",
  modules: ["ansible.builtin.apt_repository"],
  arguments: {
    repo: { type: "str", required: true, description: "The source, as in sources.list(5), or `ppa:owner/name`." },
    state: { type: "str", default: "present", choices: ["absent", "present"], description: "Whether it is there." },
    mode: { type: "raw", description: "Permission bits of a new file." },
    update_cache: {
      type: "bool",
      default: true,
      aliases: ["update-cache"],
      description: "Fetch the package lists after a change.",
    },
    update_cache_retries: { type: "int", default: 5, description: "How often fetching the lists is tried." },
    update_cache_retry_max_delay: { type: "int", default: 12, description: "Longest pause between tries, in seconds." },
    filename: { type: "str", description: "Name of the file under sources.list.d, without `.list`." },
    install_python_apt: { type: "bool", default: true, description: "Accepted; nothing is needed on the host." },
    validate_certs: { type: "bool", default: true, description: "Accepted; apt itself checks certificates." },
    codename: { type: "str", description: "Release of a PPA; the host's own unless given." },
  },
  checkMode: "full",
  async plan(args, context) {
    const repo = String(args.repo);
    if (repo === "") return failing("Please set argument 'repo' to a non-empty value");
    const outcome = await context.read.run(QUESTION);
    const read = (label: string) => [...outcome.stdout.matchAll(new RegExp(`^${label} (\\S*) ?(.*)$`, "gm"))];
    if (read("apt").length === 0) return failing("Module apt_repository is not supported on target.");
    if (repo.startsWith("ppa:")) {
      return failing("not supported by the native module: ppa: sources (their keys come from a service of Ubuntu's)");
    }
    const parsed = parseSource(repo);
    if (!parsed.valid || !parsed.enabled) return failing(`Invalid repository string: ${invalidPart(repo)}`);
    const decode = (text: string | undefined) => Buffer.from(text ?? "", "base64").toString("utf8");
    const files = new Map(read("list").map(([, path, text]) => [decode(path), decode(text)]));
    const targets = new Map(read("link").map(([, path, target]) => [decode(path), decode(target)]));
    const lists = new SourceLists(files);
    const before = lists.texts();
    if (args.state === "absent") lists.remove(parsed.source);
    else lists.add(parsed.source, fileFor(args, parsed.source));
    return decide(args, context, { repo, files, targets, before, after: lists.texts() });
  },
};

/** apt's own folders are where apt.conf(5) has them by default. */
const QUESTION = `command -v apt-get >/dev/null && echo "apt yes"
for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
[ -f "$f" ] || continue
n=$(printf %s "$f" | base64 -w0)
echo "list $n $(base64 -w0 <"$f")"
if [ -h "$f" ]; then echo "link $n $(readlink -f "$f" | tr -d '\\n' | base64 -w0)"; fi
done
`;

function invalidPart(repo: string): string {
  const line = repo.trim().replace(/^#/, "");
  const hash = line.indexOf("#");
  return hash > 0 ? line.slice(0, hash) : line;
}

function fileFor(args: Arguments, source: string): string {
  const name = suggestedFile(source, typeof args.filename === "string" ? args.filename : undefined);
  return name.includes("/") ? name : `/etc/apt/sources.list.d/${name}`;
}

interface Sources {
  readonly repo: string;
  readonly files: ReadonlyMap<string, string>;
  readonly targets: ReadonlyMap<string, string>;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

function decide(args: Arguments, context: OperationContext, sources: Sources): OperationPlan {
  const { before, after } = sources;
  const added = [...after.keys()].filter((path) => !before.has(path));
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const edited = [...after].filter(([path, text]) => before.get(path) !== text);
  const changed = removed.length + edited.length > 0;
  const diff = [...added, ...removed].map((path) => ({
    before: before.get(path) ?? "",
    after: after.get(path) ?? "",
    before_header: before.has(path) ? path : "/dev/null",
    after_header: after.has(path) ? path : "/dev/null",
  }));
  const result = {
    changed,
    repo: sources.repo,
    sources_added: added,
    sources_removed: removed,
    state: args.state,
    diff: changed && context.wantsDiff ? diff : [],
  };
  if (!changed) return { changes: [], result };
  const mode = parseMode(args.mode);
  if (mode?.kind === "invalid") return failing("mode must be in octal or symbolic form", { details: mode.details });
  const bits = mode === undefined ? undefined : modeBits(mode, { mode: 0o644, directory: false, umask: 0o022 });
  const changes: Change[] = edited.map(([path, content]) => ({
    kind: "write",
    title: `Write ${path}`,
    file: {
      path: sources.targets.get(path) ?? path,
      content,
      ...(bits !== undefined && added.includes(path) ? { mode: bits } : {}),
    },
  }));
  for (const path of removed) changes.push(runChange(context, `Remove ${path}`, `rm -f -- ${shellQuote(path)}\n`));
  if (args.update_cache !== true) return { changes, result, differences: differencesOf(diff) };
  // Sources that cannot be fetched are taken back, so that the host's apt works as before.
  const script = `${APT_ENVIRONMENT}(\nset -e\n${updateLists(args)}) || {\n${restoring(sources, edited, removed)}exit 100\n}\n`;
  changes.push(runChange(context, "Fetch the package lists", script));
  return {
    changes,
    result,
    differences: differencesOf(diff),
    conclude(outcomes) {
      const failed = outcomes.find((outcome) => outcome.status !== 0);
      if (failed === undefined) return result;
      const { msg } = aptFailure(["apt-get", "update"], failed);
      return { changed: false, failed: true, msg };
    },
  };
}

function restoring(
  sources: Sources,
  edited: readonly (readonly [string, string])[],
  removed: readonly string[],
): string {
  return [...edited.map(([path]) => path), ...removed]
    .map((path) => {
      const old = sources.files.get(path);
      const place = shellQuote(sources.targets.get(path) ?? path);
      if (old === undefined) return `rm -f -- ${place}\n`;
      const text = Buffer.from(old).toString("base64");
      return `echo ${text} | base64 -d >${place}.bdap && mv -f -- ${place}.bdap ${place}\n`;
    })
    .join("");
}
