import { shellJoin, shellQuote } from "#inventory/kernel/shell.ts";
import type { ModuleResult, OperationContext, OperationPlan } from "../operation.ts";
import { failing, runChange } from "../plan.ts";
import { APT_ENVIRONMENT, aptGet, preparedDiff, repairInterrupted } from "./apt-get.ts";
import { withPolicy } from "./service-policy.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Package files (`deb`), by path on the host or by address, are installed with what they depend on. */
export async function planPackageFiles(args: Arguments, context: OperationContext): Promise<OperationPlan> {
  if (args.state !== "present") return failing("deb only supports state=present");
  const files = String(args.deb).split(",");
  const outcome = await context.read.run(files.map((file, index) => question(file, index, context.checkMode)).join(""));
  const wanted: string[] = [];
  const kept: string[] = [];
  for (const [index, file] of files.entries()) {
    const line = (label: string) => new RegExp(`^bdap-${label}-${index} ?(.*)$`, "m").exec(outcome.stdout)?.[1];
    const path = line("path");
    const folder = line("folder");
    if (folder !== undefined) kept.push(folder);
    if (path === undefined || path === "") return failing(`Failure downloading ${file}, ${outcome.stderr.trim()}`);
    const problem = line("problem");
    if (problem !== undefined) return failing(`Unable to install package: ${decoded(problem)}`);
    if (line("same") !== undefined) continue;
    if (line("older") !== undefined && args.allow_downgrade !== true && args.force !== true) {
      return failing("A later version is already installed");
    }
    const foreign = line("foreign");
    if (foreign !== undefined && args.force !== true)
      return failing(`Wrong architecture '${foreign}' -- Run dpkg --add-architecture to add it and update afterwards`);
    wanted.push(path);
  }
  const tidy = kept.length === 0 ? "" : `rm -rf -- ${shellJoin(kept)}\n`;
  if (wanted.length === 0) {
    if (tidy !== "") await context.read.run(tidy);
    return { changes: [], result: { changed: false, stdout: "", stderr: "", diff: {} } };
  }
  return planInstallation(args, wanted, tidy, context);
}

/** Shell that tells of one package file: where it lies on the host, and how it compares with what is installed. */
function question(file: string, index: number, checkMode: boolean): string {
  const word = shellQuote(file);
  const fetch = file.includes("://")
    ? `folder=$(mktemp -d ${checkMode ? "" : "/var/tmp/"}bdap-deb-XXXXXX${checkMode ? " --tmpdir" : ""}); echo "bdap-folder-${index} $folder"
path="$folder/$(basename ${word})"
/usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file ${word} "$path" >&2 || path=\n`
    : `path=${word}\n`;
  return `${fetch}echo "bdap-path-${index} $path"
if [ -n "$path" ]; then
if ! info=$(dpkg-deb -f "$path" Package Version Architecture 2>&1); then
if [ -e "$path" ]; then echo "bdap-problem-${index} $(printf '%s' "$info" | base64 -w0)"; else echo "bdap-problem-${index} $(printf 'E:Could not open file %s - open (2: No such file or directory)' "$path" | base64 -w0)"; fi
else
name=$(dpkg-deb -f "$path" Package); version=$(dpkg-deb -f "$path" Version); architecture=$(dpkg-deb -f "$path" Architecture)
installed=$(dpkg-query -W -f '\${db:Status-Status} \${Version}' -- "$name" 2>/dev/null | sed -n 's/^installed //p')
if [ -n "$installed" ] && dpkg --compare-versions "$version" eq "$installed"; then echo "bdap-same-${index}"; fi
if [ -n "$installed" ] && dpkg --compare-versions "$version" lt "$installed"; then echo "bdap-older-${index}"; fi
case "$architecture" in all) ;; *) { dpkg --print-architecture; dpkg --print-foreign-architectures; } | grep -qx "$architecture" || echo "bdap-foreign-${index} $architecture" ;; esac
fi
fi
`;
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64")
    .toString("utf8")
    .replace(/^dpkg-deb: error: /, "E:");
}

async function planInstallation(
  args: Arguments,
  files: readonly string[],
  tidy: string,
  context: OperationContext,
): Promise<OperationPlan> {
  const paths = files.map((file) => (file.startsWith("/") ? file : `./${file}`));
  // apt-get knows what the files depend on; dpkg then installs the files themselves, as the original does.
  const asked = await context.read.run(`${APT_ENVIRONMENT}${shellJoin(aptGet(args, "install", paths, true))}`);
  const own = await context.read.run(files.map((file) => `dpkg-deb -f ${shellQuote(file)} Package\n`).join(""));
  if (asked.status !== 0 && args.force !== true) {
    if (tidy !== "") await context.read.run(tidy);
    return failing(asked.stderr.trim(), { stdout: asked.stdout, stderr: asked.stderr, rc: asked.status });
  }
  const names = new Set(own.stdout.trim().split("\n"));
  const needed = [...asked.stdout.matchAll(/^Inst (\S+) /gm)]
    .map(([, name = ""]) => name)
    .filter((name) => !names.has(name));
  const flags = [
    ...String(args.dpkg_options ?? "")
      .split(",")
      .filter(Boolean)
      .map((option) => `--${option}`),
    ...(args.force === true ? ["--force-all"] : []),
  ];
  const install = shellJoin(["dpkg", ...flags, "-i", ...files]);
  if (context.checkMode) {
    if (tidy !== "") await context.read.run(tidy);
    return { changes: [], result: { changed: true, stdout: asked.stdout, stderr: asked.stderr, diff: {} } };
  }
  const dependencies = needed.length === 0 ? "" : `${shellJoin(aptGet(args, "install", needed, false))}\n`;
  const script = `${APT_ENVIRONMENT}${repairInterrupted(args)}${tidy === "" ? "" : `trap ${shellQuote(tidy.trim())} EXIT\n`}${withPolicy(args, `${dependencies}${install}\n`)}`;
  return {
    changes: [runChange(context, `Install ${files.join(", ")}`, script)],
    result: { changed: true },
    conclude(outcomes): ModuleResult {
      const outcome = outcomes[0];
      if (outcome === undefined) return { changed: false };
      const { stdout, stderr } = outcome;
      if (outcome.status !== 0) return { changed: false, failed: true, msg: `${install} failed`, stdout, stderr };
      return { changed: true, stdout, stderr, diff: context.wantsDiff ? preparedDiff(stdout) : {} };
    },
  };
}
