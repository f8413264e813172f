import { shellJoin } from "#inventory/kernel/shell.ts";
import type { CommandResult } from "../../connectors/connector.ts";
import type { ModuleResult } from "../operation.ts";
import type { ResultDiff } from "../plan.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Set before every command: English words to parse, and no questions. */
export const APT_ENVIRONMENT =
  "export LC_ALL=C LANGUAGE=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none\n";

/** Words of an apt-get command line that does `action` to `operands` as the task's arguments say. */
export function aptGet(args: Arguments, action: string, operands: readonly string[], simulate: boolean): string[] {
  const recommends =
    args.install_recommends === null
      ? []
      : ["-o", `APT::Install-Recommends=${args.install_recommends === true ? "yes" : "no"}`];
  return [
    "apt-get",
    "-y",
    ...dpkgOptions(args),
    "-o",
    `DPkg::Lock::Timeout=${String(args.lock_timeout ?? 60)}`,
    ...(simulate ? ["--simulate"] : []),
    ...(args.only_upgrade === true ? ["--only-upgrade"] : []),
    ...(args.autoremove === true ? ["--auto-remove"] : []),
    ...(args.state === "fixed" ? ["--fix-broken"] : []),
    ...(args.force === true ? ["--force-yes"] : []),
    ...(args.fail_on_autoremove === true ? ["--no-remove"] : []),
    ...(args.purge === true && (action === "remove" || action === "autoremove") ? ["--purge"] : []),
    ...(args.allow_unauthenticated === true ? ["--allow-unauthenticated"] : []),
    ...(args.allow_downgrade === true ? ["--allow-downgrades"] : []),
    ...(args.allow_change_held_packages === true ? ["--allow-change-held-packages"] : []),
    ...recommends,
    ...(typeof args.default_release === "string" ? ["-t", args.default_release] : []),
    action,
    ...(action === "upgrade" ? ["--with-new-pkgs"] : []),
    ...(operands.length === 0 ? [] : ["--", ...operands]),
  ];
}

export function dpkgOptions(args: Arguments): string[] {
  return String(args.dpkg_options ?? "")
    .split(",")
    .filter(Boolean)
    .flatMap((option) => ["-o", `Dpkg::Options::=--${option}`]);
}

/**
 * Shell that fetches the package lists: tried again when a mirror fails, and waiting for the lists' lock up to the lock
 * timeout, which apt-get itself does not do. Prints when the lists were fetched before and after.
 */
export function updateLists(args: Arguments): string {
  const tries = Math.max(1, Number(args.update_cache_retries ?? 5));
  const longest = Math.max(1, Number(args.update_cache_retry_max_delay ?? 12));
  const patience = Number(args.lock_timeout ?? 60);
  return `${LISTS_TIME}
echo "bdap-lists-before $(lists_time)"
tries=0 waited=0
until output=$(apt-get update -q 2>&1) && ! printf %s "$output" | grep -q '^Err:'; do
  case "$output" in
  *'Could not get lock'*|*'Unable to lock'*)
    if [ "$waited" -ge ${patience} ]; then printf '%s\\n' "$output" >&2; ${NAME_HOLDERS}; exit 100; fi
    waited=$((waited + 1)); sleep 1 ;;
  *)
    tries=$((tries + 1))
    if [ "$tries" -ge ${tries} ]; then
      printf 'Failed to update apt cache after %s retries: %s\\n' ${tries} "$output" >&2; exit 100
    fi
    pause=$((1 << tries)); if [ "$pause" -gt ${longest} ]; then pause=${longest}; fi; sleep "$pause" ;;
  esac
done
echo "bdap-lists-after $(lists_time)"
`;
}

/** Shell function: when the package lists were fetched last, in seconds; 0 when never. */
export const LISTS_TIME = `lists_time() {
  stat -c %Y /var/lib/apt/periodic/update-success-stamp 2>/dev/null || stat -c %Y /var/lib/apt/lists 2>/dev/null || echo 0
}`;

/** Shell that runs apt-get and, when it fails for a lock, says which process holds it: apt-get itself does not after waiting. */
export function runAptGet(words: readonly string[]): string {
  return `${shellJoin(words)} || { status=$?; ${NAME_HOLDERS}; exit $status; }\n`;
}

const NAME_HOLDERS =
  "find /proc/[0-9]*/fd \\( -lname '/var/lib/dpkg/lock*' -o -lname '/var/lib/apt/lists/lock' \\) -printf '%h\\n' 2>/dev/null | cut -d/ -f3 | sort -un | " +
  'while read -r holder; do echo "bdap-lock-holder $holder $(cat "/proc/$holder/comm")" >&2; done';

/** Shell that ends what an interrupted dpkg left half done; apt-get refuses to work before that. */
export function repairInterrupted(args: Arguments): string {
  const options = String(args.dpkg_options ?? "")
    .split(",")
    .filter(Boolean)
    .map((option) => `--${option}`);
  return `if [ -n "$(ls -A /var/lib/dpkg/updates 2>/dev/null)" ]; then ${shellJoin(["dpkg", ...options, "--configure", "-a"])} >&2; fi\n`;
}

/** A command line as the original shows it in messages: options that are not given leave their places empty. */
export function shownCommand(words: readonly string[]): string {
  const action = words.find((word) => ["install", "remove", "build-dep"].includes(word));
  if (action === undefined) return words.map((word) => (word.includes("Dpkg::Options") ? `"${word}"` : word)).join(" ");
  const flag = (name: string) => (words.includes(name) ? name : "");
  const options = words.flatMap((word, index) =>
    words[index - 1] === "-o" && /^Dpkg::|^DPkg::/.test(word) ? [word] : [],
  );
  const shown = options
    .map((option) => (option.startsWith("Dpkg::Options") ? `-o "${option}"` : `-o ${option}`))
    .join(" ");
  const autoremove = action === "build-dep" ? [] : [flag("--auto-remove")];
  const flags =
    action === "remove"
      ? [flag("--purge"), flag("--force-yes"), ...autoremove, flag("--no-remove"), flag("--simulate")]
      : [
          flag("--only-upgrade"),
          flag("--fix-broken"),
          flag("--force-yes"),
          ...autoremove,
          flag("--no-remove"),
          flag("--simulate"),
        ];
  const operands = words.slice(words.indexOf("--") + 1).map((word) => `'${word}'`);
  const release = words.indexOf("-t");
  const recommends = words.find((word) => word.startsWith("APT::Install-Recommends="));
  const more = [
    ...(release === -1 ? [] : [`-t '${words[release + 1]}'`]),
    ...(recommends === undefined ? [] : [`-o ${recommends}`]),
    ...["--allow-unauthenticated", "--allow-downgrades", "--allow-change-held-packages"].filter((name) =>
      words.includes(name),
    ),
  ];
  const quiet = action === "remove" ? "-q -y" : "-y";
  return ["/usr/bin/apt-get", quiet, shown, ...flags, action, operands.join(" "), ...more].join(" ");
}

/** Whether apt-get's summary says that something was, or would be, done. */
export function didSomething(output: string): boolean {
  const summary =
    /^(\d+) upgraded, (\d+) newly installed, (?:(\d+) reinstalled, )?(?:(\d+) downgraded, )?(\d+) to remove/m.exec(
      output,
    );
  if (summary === null) return false;
  return summary.slice(1).some((count) => count !== undefined && Number(count) > 0);
}

/** apt-get's own words on what it does, for `--diff`. */
export function preparedDiff(output: string): ResultDiff {
  const lines = output.split("\n");
  const start = lines.findIndex(
    (line) => line === "Reading state information..." || line.startsWith("Reading state information"),
  );
  const end = lines.findIndex((line) => /^\d+ upgraded/.test(line));
  return { prepared: lines.slice(start + 1, end === -1 ? lines.length : end + 1).join("\n") };
}

/** A failed apt-get as a result: says who holds the lock, what does not exist, or apt-get's own words. */
export function aptFailure(words: readonly string[], outcome: CommandResult): ModuleResult {
  const stderr = outcome.stderr.replace(/^bdap-lock-holder .*\n?/gm, "");
  const holder = /^bdap-lock-holder (\d+) (.*)$/m.exec(outcome.stderr);
  const locked = /(?:Could not get|Unable to acquire the|Unable to lock).*?lock/i.test(stderr);
  const unknown =
    /Unable to locate package (\S+)/.exec(stderr)?.[1] ??
    /Couldn't find any package by \S+ '([^']+)'/.exec(stderr)?.[1];
  const failure = { changed: false, failed: true, rc: outcome.status, stdout: outcome.stdout, stderr };
  if (unknown !== undefined)
    return { changed: false, failed: true, msg: `No package matching '${unknown}' is available` };
  const release = /E: (The value '[^']*' is invalid for APT::Default-Release .*)/.exec(stderr)?.[1];
  if (release !== undefined) return { changed: false, failed: true, msg: `E:${release}` };
  if (locked) {
    const who = holder === null ? "another process" : `process ${holder[1]} (${holder[2]})`;
    return { ...failure, msg: `The package lock is still held by ${who} after waiting: ${stderr.trim()}` };
  }
  if (stderr.startsWith("Failed to update apt cache")) return { ...failure, msg: stderr.trim() };
  return { ...failure, msg: `'${shownCommand(words)}' failed: ${stderr}` };
}
